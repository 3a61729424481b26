#pragma once

#include "engine/core/real.h"
#include "engine/data/preprocess.h"

namespace cnn {

// What the net reads for a pixel of 0 and of 255.
struct PixelRange {
  Real black, white;
};

inline PixelRange pixel_range(Preprocessing preprocessing) {
  preprocessing.crop_h = preprocessing.crop_w = 0;
  const std::uint8_t ends[] = {0, 255};
  PixelRange range{};
  preprocess(preprocessing, {1, 1, 1}, ends, &range.black);
  preprocess(preprocessing, {1, 1, 1}, ends + 1, &range.white);
  return range;
}

}  // namespace cnn
