#include "engine/cli/drawings.h"

#include <cmath>

#include "engine/cli/files.h"
#include "engine/core/error.h"

namespace cnn::cli {

namespace {

LabelledDrawing read_drawing(const Json& entry, const std::string& place, const DrawingOptions& options, int classes) {
  if (!entry.is_object()) {
    throw Error(ErrorCode::invalid_definition, "drawing", "must be an object {\"strokes\": [[[x, y], …], …]}.", place);
  }
  Json known = write_fields(options);
  for (const char* key : {"strokes", "pad", "pen"}) {
    const auto found = entry.find(key);
    if (found != entry.end()) known[key] = *found;
  }
  LabelledDrawing result;
  result.drawing = parse_drawing(known, place);
  if (classes == 0) return result;
  const auto label = entry.find("label");
  const double wanted = label != entry.end() && label->is_number() ? label->get<double>() : -1;
  const bool good = wanted >= 0 && wanted < classes && wanted == std::floor(wanted);
  if (!good) {
    throw Error(ErrorCode::invalid_value, "drawing",
                "\"label\" must be a class from 0 to " + std::to_string(classes - 1) + ".", place);
  }
  result.label = static_cast<int>(wanted);
  return result;
}

}  // namespace

std::vector<LabelledDrawing> read_drawings(const std::string& path, const DrawingOptions& options, int classes) {
  const Json list = read_json(path);
  if (!list.is_array())
    throw Error(ErrorCode::bad_file, "", path + ": must be a list of drawings [{\"strokes\": …}, …].");
  std::vector<LabelledDrawing> drawings;
  for (std::size_t i = 0; i < list.size(); ++i) {
    try {
      drawings.push_back(read_drawing(list[i], "/" + std::to_string(i), options, classes));
    } catch (const Error& e) {
      throw Error(e.code(), "", path + ": " + e.what());
    }
  }
  return drawings;
}

std::vector<std::uint8_t> to_bytes(const Picture& picture) {
  std::vector<std::uint8_t> bytes(picture.pixels.size());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(std::lround(picture.pixels[i] * 255));
  return bytes;
}

Dataset rasterize_all(const std::vector<LabelledDrawing>& drawings, const DrawingOptions& options, int classes) {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;
  for (const LabelledDrawing& drawing : drawings) {
    const std::vector<std::uint8_t> picture = to_bytes(rasterize(drawing.drawing).image);
    pixels.insert(pixels.end(), picture.begin(), picture.end());
    labels.push_back(static_cast<std::uint8_t>(drawing.label));
  }
  Dataset set(Shape{options.size, options.size, 1}, classes, 0);
  if (!labels.empty()) set.append_raw(pixels.data(), labels.data(), labels.size());
  return set;
}

}  // namespace cnn::cli
