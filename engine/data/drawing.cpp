#include "engine/data/drawing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/error.h"

namespace cnn {

namespace {

constexpr std::size_t kMaxPoints = 100000;
constexpr double kMaxCoordinate = 1e6;
constexpr const char* kCoordinates = "coordinates must be numbers between -1000000 and 1000000.";
constexpr float kUsualPad = 280;
constexpr int kInkSize = 56;
// Width of the pen's edge in pixels, from full to no ink. This and the usual pen give drawn digits the mean, spread and
// share of inked pixels that MNIST has (0.131, 0.306, 0.19).
constexpr float kEdge = 1.2f;
// Cells around the box that catch the soft edge while the centre of mass is measured.
constexpr int kMargin = 1;
// A mark smaller than this share of the pad is a dot, whatever the hand trembled: it is not blown up to the whole box.
constexpr float kDotShare = 0.03f;

// From the drawing's units to pixels of a picture: pixel i covers [i, i + 1).
struct Placement {
  float scale = 1;
  float x = 0;
  float y = 0;
  Point operator()(const Point& p) const { return {p.x * scale + x, p.y * scale + y}; }
};

Picture blank(int h, int w) {
  Picture picture;
  picture.h = h;
  picture.w = w;
  picture.pixels.assign(static_cast<std::size_t>(h) * w, 0.0f);
  return picture;
}

// Sweeps a round pen of radius `radius` from a to b. A pixel's ink is how deep its centre lies inside the pen's edge;
// strokes that cross do not add up, as ink does not.
void sweep(const Point& a, const Point& b, float radius, Picture& out) {
  const float reach = radius + kEdge / 2;
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length2 = dx * dx + dy * dy;
  const float per_length2 = length2 > 0 ? 1 / length2 : 0;
  const float last_row = static_cast<float>(out.h - 1);
  const float last_column = static_cast<float>(out.w - 1);
  const int row_begin = static_cast<int>(std::clamp(std::ceil(std::min(a.y, b.y) - reach - 0.5f), 0.0f, last_row + 1));
  const int row_end = static_cast<int>(std::clamp(std::floor(std::max(a.y, b.y) + reach - 0.5f), -1.0f, last_row));
  for (int row = row_begin; row <= row_end; ++row) {
    const float y = static_cast<float>(row) + 0.5f;
    // Only the part of the line whose pen can touch this row: a long slanted line would pay for its whole box
    // otherwise.
    float from = 0;
    float to = 1;
    if (dy != 0) {
      const float t0 = (y - reach - a.y) / dy;
      const float t1 = (y + reach - a.y) / dy;
      from = std::clamp(std::min(t0, t1), 0.0f, 1.0f);
      to = std::clamp(std::max(t0, t1), 0.0f, 1.0f);
    }
    const float x0 = a.x + from * dx;
    const float x1 = a.x + to * dx;
    const int begin = static_cast<int>(std::clamp(std::ceil(std::min(x0, x1) - reach - 0.5f), 0.0f, last_column + 1));
    const int end = static_cast<int>(std::clamp(std::floor(std::max(x0, x1) + reach - 0.5f), -1.0f, last_column));
    float* pixels = out.pixels.data() + static_cast<std::size_t>(row) * out.w;
    for (int column = begin; column <= end; ++column) {
      const float px = static_cast<float>(column) + 0.5f - a.x;
      const float py = y - a.y;
      const float t = std::clamp((px * dx + py * dy) * per_length2, 0.0f, 1.0f);
      const float ex = px - t * dx;
      const float ey = py - t * dy;
      const float distance2 = ex * ex + ey * ey;
      if (distance2 >= reach * reach) continue;
      const float coverage = std::min(1.0f, (reach - std::sqrt(distance2)) / kEdge);
      pixels[column] = std::max(pixels[column], coverage);
    }
  }
}

void draw(const std::vector<Stroke>& strokes, const Placement& place, float pen, Picture& out) {
  // Closer points than this change no pixel by more than a hundredth.
  constexpr float kStep2 = 0.01f * 0.01f;
  for (const Stroke& stroke : strokes) {
    if (stroke.empty()) continue;
    Point from = place(stroke.front());
    if (stroke.size() == 1) sweep(from, from, pen / 2, out);
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      const Point to = place(stroke[i]);
      const float dx = to.x - from.x;
      const float dy = to.y - from.y;
      if (dx * dx + dy * dy < kStep2 && i + 1 < stroke.size()) continue;
      sweep(from, to, pen / 2, out);
      from = to;
    }
  }
}

struct Bounds {
  float left = std::numeric_limits<float>::max();
  float top = std::numeric_limits<float>::max();
  float right = std::numeric_limits<float>::lowest();
  float bottom = std::numeric_limits<float>::lowest();
  bool empty() const { return left > right; }
  float w() const { return right - left; }
  float h() const { return bottom - top; }
};

Bounds bounds_of(const std::vector<Stroke>& strokes) {
  Bounds b;
  for (const Stroke& stroke : strokes) {
    for (const Point& p : stroke) {
      b.left = std::min(b.left, p.x);
      b.right = std::max(b.right, p.x);
      b.top = std::min(b.top, p.y);
      b.bottom = std::max(b.bottom, p.y);
    }
  }
  return b;
}

// The whole pad in a square picture, the shorter side in the middle.
Placement place_pad(const Drawing& drawing, const Bounds& bounds, int size) {
  float left = 0, top = 0, w = drawing.pad_w, h = drawing.pad_h;
  if (w <= 0 || h <= 0) {
    left = std::min(0.0f, bounds.left);
    top = std::min(0.0f, bounds.top);
    w = std::max(kUsualPad, bounds.right - left);
    h = std::max(kUsualPad, bounds.bottom - top);
  }
  Placement place;
  place.scale = static_cast<float>(size) / std::max(w, h);
  place.x = (static_cast<float>(size) - w * place.scale) / 2 - left * place.scale;
  place.y = (static_cast<float>(size) - h * place.scale) / 2 - top * place.scale;
  return place;
}

// The ink's bounding box in the middle of a picture of `size`, as large as `box` allows. The pen's own width is part of
// the box.
Placement place_box(const Drawing& drawing, const Bounds& bounds, float size) {
  const float room = std::max(1.0f, static_cast<float>(drawing.options.box - drawing.options.pen));
  const float extent = std::max({bounds.w(), bounds.h(), kDotShare * std::max(drawing.pad_w, drawing.pad_h)});
  Placement place;
  if (extent > 0) place.scale = room / extent;
  // What is far smaller than the unit in which it was drawn has no shape; scaled up it would leave the numbers.
  if (!std::isfinite(place.scale) || place.scale > 1e6f) place.scale = 1;
  place.x = size / 2 - (bounds.left + bounds.w() / 2) * place.scale;
  place.y = size / 2 - (bounds.top + bounds.h() / 2) * place.scale;
  return place;
}

// Centre of mass in the picture's coordinates; its middle when there is no ink.
Point centre_of_mass(const Picture& picture) {
  double sum = 0, x = 0, y = 0;
  for (int row = 0; row < picture.h; ++row) {
    for (int column = 0; column < picture.w; ++column) {
      const double ink = picture.pixels[static_cast<std::size_t>(row) * picture.w + column];
      sum += ink;
      x += ink * (column + 0.5);
      y += ink * (row + 0.5);
    }
  }
  if (sum <= 0) return {static_cast<float>(picture.w) / 2, static_cast<float>(picture.h) / 2};
  return {static_cast<float>(x / sum), static_cast<float>(y / sum)};
}

Picture without_margin(const Picture& picture, int margin) {
  Picture out = blank(picture.h - 2 * margin, picture.w - 2 * margin);
  for (int row = 0; row < out.h; ++row) {
    const auto from = picture.pixels.begin() + static_cast<std::ptrdiff_t>(row + margin) * picture.w + margin;
    std::copy(from, from + out.w, out.pixels.begin() + static_cast<std::ptrdiff_t>(row) * out.w);
  }
  return out;
}

template <class... Values>
[[noreturn]] void refuse(const std::string& path, const char* pattern, const Values&... values) {
  fail_at(path, ErrorCode::invalid_value, "drawing", pattern, values...);
}

bool coordinate(const Json& value, float& out) {
  if (!value.is_number()) return false;
  const double number = value.get<double>();
  out = static_cast<float>(number);
  return std::abs(number) <= kMaxCoordinate;
}

std::vector<Stroke> read_strokes(const Json& json, const std::string& path) {
  if (!json.is_array()) refuse(path, "\"strokes\" must be a list of strokes [[[x, y], …], …].");
  std::vector<Stroke> strokes;
  std::size_t points = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string place = compose("{}/{}", path, i);
    if (!json[i].is_array()) refuse(place, "a stroke must be a list of points [[x, y], …].");
    points += json[i].size();
    if (points > kMaxPoints) refuse(place, "has more than {} points.", kMaxPoints);
    Stroke stroke;
    stroke.reserve(json[i].size());
    for (std::size_t k = 0; k < json[i].size(); ++k) {
      const Json& point = json[i][k];
      if (!point.is_array() || point.size() != 2) refuse(compose("{}/{}", place, k), "a point must be [x, y].");
      Point read;
      const bool good = coordinate(point[0], read.x) && coordinate(point[1], read.y);
      if (!good) refuse(compose("{}/{}", place, k), kCoordinates);
      stroke.push_back(read);
    }
    strokes.push_back(std::move(stroke));
  }
  return strokes;
}

}  // namespace

Drawing parse_drawing(const Json& json, const std::string& path) {
  Drawing drawing;
  read_fields(json, "drawing", path, {"strokes", "pad"}, drawing.options);
  if (drawing.options.box > drawing.options.size) {
    refuse(path + "/box", "box must not be larger than size. Got box {}, size {}.", drawing.options.box,
           drawing.options.size);
  }
  const auto strokes = json.find("strokes");
  if (strokes == json.end()) fail_at(path, ErrorCode::invalid_definition, "drawing", "\"strokes\" is missing.");
  drawing.strokes = read_strokes(*strokes, path + "/strokes");
  const auto pad = json.find("pad");
  if (pad != json.end()) {
    const std::string place = path + "/pad";
    if (!pad->is_array() || pad->size() != 2) refuse(place, "\"pad\" must be [width, height].");
    const bool good = coordinate((*pad)[0], drawing.pad_w) && coordinate((*pad)[1], drawing.pad_h);
    if (!good || drawing.pad_w < 1e-3f || drawing.pad_h < 1e-3f) {
      refuse(place, "width and height of the pad must be numbers between 0.001 and 1000000.");
    }
  }
  return drawing;
}

DrawingOptions fitting_options(const Preprocessing& preprocessing, const Shape& input) {
  const DrawingOptions usual;
  DrawingOptions options;
  if (preprocessing.crop_h == 0 && preprocessing.crop_w == 0) options.size = std::clamp(input.h, 4, 512);
  const double scale = static_cast<double>(options.size) / usual.size;
  options.box = std::max(2, static_cast<int>(std::lround(usual.box * scale)));
  options.pen = std::clamp(usual.pen * scale, 0.1, 64.0);
  return options;
}

Rasterized rasterize(const Drawing& drawing) {
  const DrawingOptions& options = drawing.options;
  const auto pen = static_cast<float>(options.pen);
  const int framed = options.box + 2 * kMargin;
  Rasterized stages;
  stages.ink = blank(kInkSize, kInkSize);
  stages.image = blank(options.size, options.size);
  Picture box = blank(framed, framed);

  const Bounds bounds = bounds_of(drawing.strokes);
  if (!bounds.empty()) {
    const float ink_pen = pen * static_cast<float>(kInkSize) / static_cast<float>(options.size);
    draw(drawing.strokes, place_pad(drawing, bounds, kInkSize), ink_pen, stages.ink);

    Placement place = place_box(drawing, bounds, static_cast<float>(framed));
    draw(drawing.strokes, place, pen, box);
    // The same lines again at their final place: moving pixels by a fraction would blur them.
    const Point centre = centre_of_mass(box);
    place.x += static_cast<float>(options.size) / 2 - centre.x;
    place.y += static_cast<float>(options.size) / 2 - centre.y;
    draw(drawing.strokes, place, pen, stages.image);
  }
  stages.box = without_margin(box, kMargin);
  return stages;
}

}  // namespace cnn
