#pragma once

#include <string>

#include "engine/data/drawing.h"

namespace cnn::cli {

// A PNG (any kind; colours become grey, what is transparent takes a colour that its content stands out from) or a PGM
// (P2, P5), told by the first bytes. Pixels 0…1, as the file has them. Throws Error (not_found, bad_file).
Picture read_picture(const std::string& path);

}  // namespace cnn::cli
