#include "engine/data/drawing.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "engine/core/error.h"

using namespace cnn;

namespace {

Rasterized draw(const std::string& json) { return rasterize(parse_drawing(Json::parse(json), "")); }

double ink(const Picture& p) {
  double sum = 0;
  for (const float pixel : p.pixels) sum += pixel;
  return sum;
}

// Rows and columns that hold any ink: {top, bottom, left, right}, −1 where there is none.
struct Box {
  int top = -1, bottom = -1, left = -1, right = -1;
};
Box box_of(const Picture& p, float least) {
  Box box;
  for (int y = 0; y < p.h; ++y) {
    for (int x = 0; x < p.w; ++x) {
      if (p.pixels[static_cast<std::size_t>(y) * p.w + x] < least) continue;
      if (box.top < 0) box.top = y;
      box.bottom = y;
      box.left = box.left < 0 ? x : std::min(box.left, x);
      box.right = std::max(box.right, x);
    }
  }
  return box;
}

Point centre(const Picture& p) {
  double x = 0, y = 0;
  for (int r = 0; r < p.h; ++r) {
    for (int c = 0; c < p.w; ++c) {
      x += p.pixels[static_cast<std::size_t>(r) * p.w + c] * c;
      y += p.pixels[static_cast<std::size_t>(r) * p.w + c] * r;
    }
  }
  return {static_cast<float>(x / ink(p)), static_cast<float>(y / ink(p))};
}

// Distance from (x, y) to the segment, in double: the definition of what the pen covers.
double distance(double x, double y, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  double t = length2 > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / length2 : 0;
  t = std::min(1.0, std::max(0.0, t));
  return std::hypot(x - a.x - t * dx, y - a.y - t * dy);
}

std::string message_of(const std::string& json) {
  try {
    draw(json);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

const char* const kSeven = R"({"strokes": [[[60, 60], [200, 60], [120, 240]]]})";

}  // namespace

TEST_CASE("a drawing fills the box and has its centre of mass in the middle") {
  for (const char* json :
       {kSeven, R"({"strokes": [[[0, 0], [10, 3], [4, 9]], [[2, 2], [8, 8]]]})",
        R"({"strokes": [[[-500, 900], [400, 100]]]})", R"({"strokes": [[[0.001, 0.002], [0.003, 0.001]]]})"}) {
    CAPTURE(json);
    const Rasterized r = draw(json);
    CHECK(r.ink.h == 56);
    CHECK(r.box.h == 20);
    CHECK(r.image.h == 28);
    const Point c = centre(r.image);
    CHECK(c.x == Approx(13.5).margin(0.1));
    CHECK(c.y == Approx(13.5).margin(0.1));
    const Box box = box_of(r.box, 0.4f);
    CHECK(std::max(box.bottom - box.top, box.right - box.left) == 19);
    for (const float pixel : r.image.pixels) CHECK((pixel >= 0 && pixel <= 1));
  }
}

TEST_CASE("size and place on the pad do not change the picture") {
  const Rasterized once = draw(kSeven);
  const Rasterized again = draw(R"({"strokes": [[[1030, 530], [1100, 530], [1060, 620]]]})");
  for (std::size_t i = 0; i < once.image.pixels.size(); ++i) {
    CHECK(again.image.pixels[i] == Approx(once.image.pixels[i]).margin(0.002));
  }
}

TEST_CASE("the pen covers what is nearer than its radius, with an even edge") {
  // A slanted line of known place: 20 − 2.5 long in x in the box, and as the box is not shifted, measured there.
  const Rasterized r = draw(R"({"strokes": [[[0, 0], [35, 10]]], "pen": 2.5})");
  const double scale = 17.5 / 35;
  const Point a{10 - static_cast<float>(17.5 * scale), 10 - static_cast<float>(5 * scale)};
  const Point b{10 + static_cast<float>(17.5 * scale), 10 + static_cast<float>(5 * scale)};
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) {
      const double depth = 1.25 + 0.6 - distance(x + 0.5, y + 0.5, a, b);
      const double expected = std::min(1.0, std::max(0.0, depth / 1.2));
      CAPTURE(x, y);
      CHECK(r.box.pixels[y * 20 + x] == Approx(expected).margin(1e-4));
    }
  }
}

TEST_CASE("a vertical line stays a line") {
  const Rasterized r = draw(R"({"strokes": [[[100, 50], [100, 120], [100, 230]]]})");
  const Box box = box_of(r.image, 0.4f);
  CHECK(box.bottom - box.top + 1 >= 19);
  CHECK(box.right - box.left + 1 <= 4);
  const Rasterized flat = draw(R"({"strokes": [[[10, 50], [230, 50]]]})");
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x)
      CHECK(flat.image.pixels[x * 28 + y] == Approx(r.image.pixels[y * 28 + x]).margin(1e-3));
  }
}

TEST_CASE("a dot is a disc of the pen, and a trembling dot is not blown up") {
  const Rasterized dot = draw(R"({"strokes": [[[77, 33]]]})");
  CHECK(ink(dot.image) == Approx(3.14159 * 1.25 * 1.25).margin(0.8));
  CHECK(centre(dot.image).x == Approx(13.5).margin(0.05));
  const Rasterized trembling = draw(R"({"strokes": [[[77, 33], [78, 33], [77, 34]]], "pad": [280, 280]})");
  const Box box = box_of(trembling.image, 0.1f);
  CHECK(box.right - box.left <= 6);
  // Many equal points are the same dot.
  const Rasterized repeated = draw(R"({"strokes": [[[77, 33], [77, 33], [77, 33]], [[77, 33]]]})");
  CHECK(repeated.image.pixels == dot.image.pixels);
}

TEST_CASE("an empty drawing gives empty pictures of the right sizes") {
  for (const char* json : {R"({"strokes": []})", R"({"strokes": [[], []]})"}) {
    const Rasterized r = draw(json);
    CHECK(r.ink.pixels.size() == 56 * 56);
    CHECK(r.box.pixels.size() == 20 * 20);
    CHECK(r.image.pixels.size() == 28 * 28);
    CHECK(ink(r.ink) + ink(r.box) + ink(r.image) == 0);
  }
}

TEST_CASE("crossing strokes do not add up") {
  const Rasterized once = draw(R"({"strokes": [[[0, 0], [100, 100]]]})");
  const Rasterized twice = draw(R"({"strokes": [[[0, 0], [100, 100]], [[100, 100], [0, 0]]]})");
  for (std::size_t i = 0; i < once.image.pixels.size(); ++i) {
    CHECK(twice.image.pixels[i] == Approx(once.image.pixels[i]).margin(1e-4));
  }
}

TEST_CASE("the ink stage shows the whole pad") {
  // A mark in the lower right quarter of the pad is in the lower right quarter of the stage.
  const Rasterized r = draw(R"({"strokes": [[[210, 210], [215, 215]]], "pad": [280, 280]})");
  const Box box = box_of(r.ink, 0.5f);
  CHECK(box.left >= 39);
  CHECK(box.right <= 46);
  CHECK(box.top == box.left);
  // Twice as wide as high: the height is centred.
  const Rasterized wide = draw(R"({"strokes": [[[0, 0], [400, 0]]], "pad": [400, 200]})");
  const Box line = box_of(wide.ink, 0.5f);
  CHECK(line.left == 0);
  CHECK(line.right == 55);
  CHECK(line.top <= 14);
  CHECK(line.bottom >= 13);
}

TEST_CASE("size, box and pen are options") {
  const Rasterized r = draw(R"({"strokes": [[[0, 0], [10, 0], [10, 10]]], "size": 64, "box": 40, "pen": 5})");
  CHECK(r.image.h == 64);
  CHECK(r.box.w == 40);
  CHECK(centre(r.image).x == Approx(31.5).margin(0.1));
  const Rasterized thick = draw(R"({"strokes": [[[0, 0], [10, 0], [10, 10]]], "pen": 4})");
  const Rasterized thin = draw(R"({"strokes": [[[0, 0], [10, 0], [10, 10]]], "pen": 1.5})");
  CHECK(ink(thick.image) > 1.8 * ink(thin.image));
  Preprocessing crop;
  CHECK(fitting_options(crop, Shape{56, 56, 1}).size == 56);
  CHECK(fitting_options(crop, Shape{56, 56, 1}).box == 40);
  crop.crop_h = crop.crop_w = 24;
  CHECK(fitting_options(crop, Shape{24, 24, 1}).size == 28);
}

TEST_CASE("what is no drawing is refused with its place") {
  CHECK(message_of(R"({})") == "[drawing] \"strokes\" is missing.");
  CHECK(message_of(R"({"strokes": 3})").find("(at /strokes)") != std::string::npos);
  CHECK(message_of(R"({"strokes": [3]})").find("(at /strokes/0)") != std::string::npos);
  CHECK(message_of(R"({"strokes": [[[1, 2], [3]]]})").find("(at /strokes/0/1)") != std::string::npos);
  CHECK(message_of(R"({"strokes": [[[1, null]]]})").find("(at /strokes/0/0)") != std::string::npos);
  CHECK(message_of(R"({"strokes": [[[1, 1e300]]]})").find("between -1000000 and 1000000") != std::string::npos);
  CHECK(message_of(R"({"strokes": [], "pad": [0, 5]})").find("(at /pad)") != std::string::npos);
  CHECK(message_of(R"({"strokes": [], "pen": 0})").find("(at /pen)") != std::string::npos);
  CHECK(message_of(R"({"strokes": [], "box": 30})").find("(at /box)") != std::string::npos);
  CHECK(message_of(R"({"strokes": [], "pens": 1})").find("Did you mean \"pen\"?") != std::string::npos);
  CHECK(message_of("[]").find("must be an object") != std::string::npos);

  Json nan;
  nan["strokes"] = Json::array({Json::array({Json::array({std::nan(""), 1.0})})});
  CHECK_THROWS_AS(parse_drawing(nan, ""), Error);

  Json many;
  many["strokes"] = Json::array({Json(std::vector<std::vector<int>>(100001, {1, 2}))});
  CHECK_THROWS_AS(parse_drawing(many, ""), Error);
  many["strokes"][0].erase(0);
  CHECK_NOTHROW(rasterize(parse_drawing(many, "")));
}

TEST_CASE("extreme drawings give finite pictures") {
  for (const char* json : {R"({"strokes": [[[-1000000, -1000000], [1000000, 1000000]], [[1e-300, 0]]]})",
                           R"({"strokes": [[[1e-30, 0], [0, 1e-30]]]})",
                           R"({"strokes": [[[999999, 999999], [1000000, 1000000]]], "pad": [0.001, 0.001]})",
                           R"({"strokes": [[[0, 0], [1, 1]]], "pen": 64})",
                           R"({"strokes": [[[0, 0], [1, 1]]], "size": 4, "box": 2, "pen": 0.1})"}) {
    CAPTURE(json);
    const Rasterized r = draw(json);
    for (const Picture* p : {&r.ink, &r.box, &r.image}) {
      for (const float pixel : p->pixels) CHECK((std::isfinite(pixel) && pixel >= 0 && pixel <= 1));
    }
    CHECK(ink(r.image) > 0);
  }
}

TEST_CASE("the same drawing gives the same bits") { CHECK(draw(kSeven).image.pixels == draw(kSeven).image.pixels); }
