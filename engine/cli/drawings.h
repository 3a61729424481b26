#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/data/drawing.h"
#include "engine/model/net.h"

namespace cnn::cli {

// One entry of a strokes file: [{"strokes": [[[x, y], …], …], "pad"?, "label"?, …}, …]. Other keys are the owner's.
struct LabelledDrawing {
  Drawing drawing;
  int label = -1;  // −1: none
};

// Drawings for pictures as `options` say, unless an entry has its own pen. Errors carry the file's name and the place
// in it. With `classes` each must have a label below it (0: labels are not looked at).
std::vector<LabelledDrawing> read_drawings(const std::string& path, const DrawingOptions& options, int classes);

// Coverage 0…1 as bytes.
std::vector<std::uint8_t> to_bytes(const Picture& picture);

// The drawings as a set of pictures of one channel.
Dataset rasterize_all(const std::vector<LabelledDrawing>& drawings, const DrawingOptions& options, int classes);

}  // namespace cnn::cli
