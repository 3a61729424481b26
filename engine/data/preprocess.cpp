#include "engine/data/preprocess.h"

#include <cstddef>

#include "engine/core/error.h"

namespace cnn {

namespace {

// (value / divide − mean) / std as value·scale + offset, in double: the one rounding to Real comes last, so that x / 255 is the
// float that a division gives.
struct Line {
  Line(const Preprocessing& p, double unit) : scale(unit / (p.divide * p.std)), offset(-p.mean / p.std) {}
  Real operator()(double value) const { return static_cast<Real>(value * scale + offset); }

  double scale;
  double offset;
};

// `become`: from a value of the picture to the number that the net reads.
template <class T, class F>
void convert(const Preprocessing& preprocessing, const Shape& shape, const T* image, Real* out, F&& become) {
  const Shape cut = preprocessed_shape(preprocessing, shape);
  const std::size_t row = static_cast<std::size_t>(shape.w) * shape.c;
  const std::size_t cut_row = static_cast<std::size_t>(cut.w) * cut.c;
  const T* from = image + (shape.h - cut.h) / 2 * row + static_cast<std::size_t>((shape.w - cut.w) / 2) * shape.c;
  for (int y = 0; y < cut.h; ++y, from += row, out += cut_row) {
    for (std::size_t i = 0; i < cut_row; ++i) out[i] = become(from[i]);
  }
}

}  // namespace

Shape preprocessed_shape(const Preprocessing& preprocessing, const Shape& shape) {
  const Shape cut{preprocessing.crop_h > 0 ? preprocessing.crop_h : shape.h,
                  preprocessing.crop_w > 0 ? preprocessing.crop_w : shape.w, shape.c};  // [H, W, C]
  if (cut.h <= shape.h && cut.w <= shape.w) return cut;
  fail_at("/preprocessing", ErrorCode::shape_mismatch, "preprocessing",
          "the crop is larger than the picture. Got crop {}x{}, picture {}.", cut.h, cut.w, shape);
}

void preprocess(const Preprocessing& preprocessing, const Shape& shape, const std::uint8_t* image, Real* out) {
  const Line line(preprocessing, 1);
  // Most pictures have more values than there are bytes.
  Real table[256];
  for (int i = 0; i < 256; ++i) table[i] = line(i);
  convert(preprocessing, shape, image, out, [&](std::uint8_t value) { return table[value]; });
}

void preprocess(const Preprocessing& preprocessing, const Shape& shape, const float* image, Real* out) {
  convert(preprocessing, shape, image, out, Line(preprocessing, 255));
}

}  // namespace cnn
