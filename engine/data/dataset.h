#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/shape.h"

namespace cnn {

// Labelled pictures as bytes, as the public sets have them. Grows part by part while training already runs; what is in it
// never moves to another index.
class Dataset {
 public:
  // `expected`: how many images it will have when complete (0: unknown, then what it has is all there is).
  Dataset(const Shape& shape, int classes, std::size_t expected);

  // Appends one part: an idx image file (magic 0x00000803, or 0x00000804 with channels last) followed at once by the idx label
  // file (0x00000801) of the same images; formats of LeCun, Cortes & Burges. Throws Error (bad_file) and stays as it was.
  void append(const std::uint8_t* idx, std::size_t size);
  // The same from two separate files.
  void append(const std::uint8_t* images, std::size_t image_bytes, const std::uint8_t* labels, std::size_t label_bytes);
  // Pictures made elsewhere (rasterised drawings).
  void append_raw(const std::uint8_t* pixels, const std::uint8_t* labels, std::size_t count);

  const Shape& shape() const { return shape_; }
  int classes() const { return classes_; }
  std::size_t size() const { return labels_.size(); }       // images it has
  std::size_t expected() const;                             // images it will have
  bool complete() const { return size() >= expected(); }
  const std::uint8_t* image(std::size_t index) const { return pixels_.data() + index * shape_.size(); }
  std::uint8_t label(std::size_t index) const { return labels_[index]; }
  // First index of each part, in order.
  const std::vector<std::size_t>& parts() const { return parts_; }

 private:
  Shape shape_;
  int classes_;
  std::size_t expected_;
  std::vector<std::uint8_t> pixels_;  // [N, H, W, C]
  std::vector<std::uint8_t> labels_;
  std::vector<std::size_t> parts_;
};

}  // namespace cnn
