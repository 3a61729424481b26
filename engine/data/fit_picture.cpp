#include "engine/data/fit_picture.h"

#include <algorithm>
#include <cmath>

namespace cnn {

namespace {

// Fainter than this share of the strongest ink is noise of the paper.
constexpr float kFaint = 0.2f;

float border_mean(const Picture& p) {
  double sum = 0;
  std::size_t count = 0;
  for (int y = 0; y < p.h; ++y) {
    const bool whole_row = y == 0 || y == p.h - 1;
    const int step = whole_row ? 1 : std::max(1, p.w - 1);
    for (int x = 0; x < p.w; x += step) {
      sum += p.pixels[static_cast<std::size_t>(y) * p.w + x];
      ++count;
    }
  }
  return static_cast<float>(sum / static_cast<double>(std::max<std::size_t>(count, 1)));
}

// How much of each of `from` cells the cell [begin, end) of another grid covers; calls visit(index, share).
template <class Visit>
void cover(double begin, double end, int from, Visit&& visit) {
  const int first = std::max(0, static_cast<int>(std::floor(std::max(begin, -1.0))));
  const int last = std::min(from - 1, static_cast<int>(std::floor(std::min(end, from + 1.0))));
  for (int i = first; i <= last; ++i) {
    const double share = std::min(end, i + 1.0) - std::max(begin, static_cast<double>(i));
    if (share > 0) visit(i, share / (end - begin));
  }
}

// Pixel (r, c) of the result covers the picture from (top + r·step_h, left + c·step_w); outside is 0.
Picture sample(const Picture& in, double top, double left, double step_h, double step_w, int h, int w) {
  Picture rows{in.h, w, std::vector<float>(static_cast<std::size_t>(in.h) * w, 0.0f)};
  for (int c = 0; c < w; ++c) {
    cover(left + c * step_w, left + (c + 1) * step_w, in.w, [&](int x, double share) {
      for (int y = 0; y < in.h; ++y) {
        rows.pixels[static_cast<std::size_t>(y) * w + c] +=
            static_cast<float>(share) * in.pixels[static_cast<std::size_t>(y) * in.w + x];
      }
    });
  }
  Picture out{h, w, std::vector<float>(static_cast<std::size_t>(h) * w, 0.0f)};
  for (int r = 0; r < h; ++r) {
    cover(top + r * step_h, top + (r + 1) * step_h, in.h, [&](int y, double share) {
      for (int c = 0; c < w; ++c) {
        out.pixels[static_cast<std::size_t>(r) * w + c] +=
            static_cast<float>(share) * rows.pixels[static_cast<std::size_t>(y) * w + c];
      }
    });
  }
  return out;
}

}  // namespace

Picture ink_of(const Picture& picture) {
  Picture ink = picture;
  const float paper = border_mean(picture);
  if (paper <= 0.5f) return ink;
  for (float& pixel : ink.pixels) pixel = 1 - pixel;
  return ink;
}

Picture resize(const Picture& picture, int h, int w) {
  return sample(picture, 0, 0, static_cast<double>(picture.h) / h, static_cast<double>(picture.w) / w, h, w);
}

Picture fit_picture(const Picture& picture, const DrawingOptions& options) {
  Picture ink = ink_of(picture);
  const float paper = border_mean(ink);
  float strongest = 0;
  for (float& pixel : ink.pixels) {
    pixel = std::max(0.0f, pixel - paper);
    strongest = std::max(strongest, pixel);
  }
  Picture empty{options.size, options.size,
                std::vector<float>(static_cast<std::size_t>(options.size) * options.size, 0.0f)};
  if (strongest < 0.05f) return empty;

  int left = ink.w, right = -1, top = ink.h, bottom = -1;
  double sum = 0, x_sum = 0, y_sum = 0;
  for (int y = 0; y < ink.h; ++y) {
    for (int x = 0; x < ink.w; ++x) {
      float& pixel = ink.pixels[static_cast<std::size_t>(y) * ink.w + x];
      pixel = pixel < kFaint * strongest ? 0 : pixel / strongest;
      if (pixel == 0) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
      sum += pixel;
      x_sum += pixel * (x + 0.5);
      y_sum += pixel * (y + 0.5);
    }
  }
  const double step = std::max(right - left + 1, bottom - top + 1) / static_cast<double>(options.box);
  const double middle = options.size / 2.0;
  Picture out =
      sample(ink, y_sum / sum - middle * step, x_sum / sum - middle * step, step, step, options.size, options.size);
  // Lines thinner than a pixel of the result come out grey.
  const float most = *std::max_element(out.pixels.begin(), out.pixels.end());
  if (most > 0) {
    for (float& pixel : out.pixels) pixel /= most;
  }
  return out;
}

}  // namespace cnn
