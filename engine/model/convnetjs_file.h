#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/model/file.h"

namespace cnn {

// Whether the text begins as that of a net that ConvNetJS saved: {"layers": [{…, "layer_type": "input"}, …]}.
bool is_convnetjs_file(const std::uint8_t* bytes, std::size_t size);

// The net that ConvNetJS's net.toJSON() wrote, with its weights, and an empty record. Its layers become "layer_defs" of the
// definition (convnetjs.h). What the file says of shapes is compared with what follows from them.
// Throws Error (bad_file, or what the definition's faults throw).
Model load_convnetjs_file(const std::uint8_t* bytes, std::size_t size);

}  // namespace cnn
