#pragma once

#include "engine/data/drawing.h"

namespace cnn {

// What rasterize does with strokes, for a picture from elsewhere (a scan, a photograph of one sign): the paper's
// colour, told by the border, becomes 0 whether it is dark or light, the strongest ink 1; the ink's bounding box goes
// into the box, its centre of mass into the middle. An even picture gives an empty one.
Picture fit_picture(const Picture& picture, const DrawingOptions& options);

// Paper to 0 and ink towards 1 only: for pictures that already have the right size.
Picture ink_of(const Picture& picture);

// The picture scaled to h × w as a whole, each new pixel the mean of what it covers.
Picture resize(const Picture& picture, int h, int w);

}  // namespace cnn
