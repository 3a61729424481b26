#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/definition/fields.h"
#include "engine/model/net.h"

namespace cnn {

// How the numbers of a model file are stored. float32 gives them back to the bit; float16 halves the file (the trained
// weights that come with the product). int6 is for the net that the page begins with: of each tensor with output
// channels (its last extent) one float32 scale a channel and one byte a number, whole from -31 to 31, which gzip packs
// to less than six bits; other tensors (biases, normalisation) are float16 then.
enum class Storage { float32, float16, int6 };
template <>
struct EnumNames<Storage> {
  static constexpr const char* names[] = {"float32", "float16", "int6"};
};

// A model file is everything a stranger needs: definition (with preprocessing), weights, and a record (class names, how
// it was trained) as JSON. Little-endian:
//   "CNNMODEL", u32 version, u32 length of header, header (JSON), zero padding to 64, tensors (each 64-aligned), CRC-32
//   of all before
// The header holds {"definition", "record", "tensors": [{"address", "shape", "storage", "offset", "count"}]}: the net's
// tensors in their order without gaps, `offset` in bytes from the end of the padding. Every number must be finite, and
// finite as stored; a net for which that does not hold is an Error (invalid_value).
std::vector<std::uint8_t> save_model(const Net& net, const Json& record, Storage storage);

struct Model {
  std::unique_ptr<Net> net;
  Json record;
};

// Whether the bytes begin as those of a net with weights: a model file, or a net that ConvNetJS saved (convnetjs_file.h).
bool is_model(const std::uint8_t* bytes, std::size_t size);

// Reads both. Throws Error (bad_file, or what the definition's faults throw) for anything that is not a whole, undamaged model.
Model load_model(const std::uint8_t* bytes, std::size_t size);

}  // namespace cnn
