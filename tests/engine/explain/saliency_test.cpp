#include <catch2/catch.hpp>
#include <algorithm>
#include <cmath>

#include "tests/engine/core/expect_error.h"
#include "tests/engine/explain/nets.h"
#include "tests/engine/train/tiny_set.h"

using namespace cnn;
using namespace cnn::test;

namespace {

Json parse(const char* text) { return read_json(text, std::strlen(text), "query"); }

// Of the value at `place` of a node with respect to one pixel.
double slope(Asked& asked, int node, const Place& place, std::size_t pixel) {
  const Real step = sizeof(Real) == 8 ? Real(1e-5) : Real(1e-2);
  Real& value = asked.run.input()[pixel];
  const Real middle = value;
  const auto at = [&](Real there) {
    value = there;
    asked.run.forward(1, Mode::inference);
    return static_cast<double>(asked.run.activation(node)[offset(place, asked.net.graph()[node].shape)]);
  };
  const double result = (at(middle + step) - at(middle - step)) / (2 * static_cast<double>(step));
  at(middle);
  return result;
}

// Smooth, so that finite differences hold in float.
constexpr const char* kSmooth = R"({"layers": [
  {"type": "input", "shape": [9, 8, 1]},
  {"type": "conv2d", "name": "first", "filters": 3, "padding": "same", "activation": "tanh"},
  {"type": "conv2d", "name": "second", "inputs": ["first"], "filters": 2, "stride": 2},
  {"type": "flatten", "name": "flat"},
  {"type": "dense", "name": "logits", "units": 3},
  {"type": "softmax", "name": "classes"}]})";

}  // namespace

TEST_CASE("receptive field: the boxes hold every pixel that moves the unit, and the field is its gradient") {
  Asked asked(kSmooth);
  const int node = asked.net.need_node("second");
  const Place place{0, 1, 2, 1};
  const Answer answer = asked.ask("receptive_field", node, place);
  CHECK(answer.json["size"].dump() == "[5,5]");
  CHECK(answer.json["jump"].dump() == "[2,2]");
  const Json& boxes = answer.json["boxes"];
  // The unit itself, tanh, its convolution, the pixels.
  CHECK(boxes[0].dump() == R"({"top":1,"left":2,"bottom":1,"right":2,"node":"second"})");
  CHECK(boxes[boxes.size() - 1].dump() == R"({"top":1,"left":3,"bottom":5,"right":7,"node":"input"})");
  const std::vector<Real> field = array(answer, "field");
  REQUIRE(field.size() == 72);
  CHECK(*std::max_element(field.begin(), field.end()) == 1);
  for (int row = 0; row < 9; ++row) {
    for (int column = 0; column < 8; ++column) {
      const std::size_t pixel = static_cast<std::size_t>(row) * 8 + column;
      CAPTURE(row, column);
      const bool in_box = row >= 1 && row <= 5 && column >= 3 && column <= 7;
      CHECK((field[pixel] != 0) == in_box);
      CHECK(field[pixel] * answer.json["peak"].get<double>() == Approx(std::abs(slope(asked, node, place, pixel))).margin(2e-4));
    }
  }
  // One entry of a flattened map sees what its place in the map sees; a dense unit sees all.
  const Json flat = asked.ask("receptive_field", asked.net.need_node("flat"), {0, 0, 0, (1 * 3 + 2) * 2 + 1}).json["boxes"];
  CHECK(flat[1].dump() == R"({"top":1,"left":2,"bottom":1,"right":2,"node":"second"})");
  CHECK(flat[flat.size() - 1] == boxes[boxes.size() - 1]);
  const Json dense = asked.ask("receptive_field", asked.net.need_node("classes"), {0, 0, 0, 1}).json["boxes"];
  CHECK(dense[dense.size() - 1]["right"].get<int>() >= 7);
}

TEST_CASE("input gradient: the score's slopes, and a twin with fresh weights has others") {
  Asked asked(kSmooth);
  const Answer answer = asked.ask(parse(R"({"about": "input_gradient", "label": 2})"));
  CHECK(answer.json["label"].get<int>() == 2);
  const int logits = asked.net.need_node("logits");
  CHECK(answer.json["score"].get<Real>() == asked.run.activation(logits)[2]);
  const std::vector<Real> gradient = array(answer, "gradient");
  for (std::size_t pixel = 0; pixel < gradient.size(); pixel += 7) {
    CHECK(gradient[pixel] == Approx(slope(asked, logits, {0, 0, 0, 2}, pixel)).margin(2e-4));
  }
  const Answer twin = asked.ask(parse(R"({"about": "input_gradient", "label": 2, "twin": true, "seed": 5})"));
  CHECK(array(twin, "gradient") != gradient);
  CHECK(array(asked.ask(parse(R"({"about": "input_gradient", "label": 2, "twin": true, "seed": 5})")), "gradient") ==
        array(twin, "gradient"));
  CHECK(array(asked.ask(parse(R"({"about": "input_gradient", "label": 2})")), "gradient") == gradient);
  CHECK(error_of([&] { asked.ask(parse(R"({"about": "input_gradient", "label": 3})")); }).code() == ErrorCode::invalid_value);
}

TEST_CASE("occlusion: the probability of a picture with a black patch") {
  Asked asked(kSmooth);
  const Answer answer = asked.ask(parse(R"({"about": "occlusion", "label": 1, "size": 3, "stride": 2})"));
  const std::vector<Real> map = array(answer, "map");
  REQUIRE(map.size() == 4 * 4);  // rows 0, 2, 4, 6 and columns 0, 2, 4, 6 (that one reaches over the edge)
  CHECK(answer.json["probability"].get<Real>() == asked.run.activation(asked.net.need_node("classes"))[1]);
  for (int row = 4; row < 7; ++row) {
    for (int column = 6; column < 8; ++column) asked.run.input()[row * 8 + column] = 0;
  }
  asked.run.forward(1, Mode::inference);
  CHECK(map[2 * 4 + 3] == asked.run.activation(asked.net.need_node("classes"))[1]);
}

TEST_CASE("grad-cam: maps weighted by the mean slope of the score") {
  Asked asked(kSmooth);
  const Answer answer = asked.ask(parse(R"({"about": "grad_cam", "label": 0, "node": "second"})"));
  // The last convolution is followed by one dense layer: its slopes are that kernel's column.
  const int second = asked.net.need_node("second");
  const Shape& shape = asked.net.graph()[second].shape;
  const ParameterSlot& kernel = asked.net.need_slot("logits/kernel");
  std::vector<double> weights(2, 0), cam(shape.h * shape.w, 0);
  const double pixels = shape.h * shape.w;
  for (std::size_t i = 0; i < shape.size(); ++i) weights[i % 2] += asked.net.parameters()[kernel.offset + i * 3] / pixels;
  for (std::size_t i = 0; i < shape.size(); ++i) cam[i / 2] += weights[i % 2] * asked.run.activation(second)[i];
  const std::vector<Real> shown = array(answer, "map"), shown_weights = array(answer, "weights");
  for (int c = 0; c < 2; ++c) CHECK(shown_weights[c] == Approx(weights[c]).margin(1e-6));
  for (std::size_t i = 0; i < cam.size(); ++i) {
    CHECK(shown[i] * std::max(answer.json["peak"].get<double>(), 1e-30) == Approx(std::max(0.0, cam[i])).margin(1e-5));
  }
  expect_error([&] { asked.ask(parse(R"({"about": "grad_cam", "node": "logits"})")); }, ErrorCode::invalid_value,
               "[query] needs a node before the score of the classes. Got \"logits\".");
}

TEST_CASE("ascent: the picture excites the channel more with each call, in the range of pixels") {
  Asked asked(kSmooth);
  const Answer first = asked.ask(parse(R"({"about": "ascent", "node": "second", "channel": 1, "steps": 10})"));
  const std::vector<Real> path = array(first, "path"), picture = array(first, "picture");
  REQUIRE(path.size() == 11);
  CHECK(path[10] > path[0]);
  CHECK(first.json["value"].get<Real>() == path[10]);
  for (const Real value : picture) CHECK((value >= 0 && value <= 1));
  // Two halves are the whole.
  asked.ask(parse(R"({"about": "ascent", "node": "second", "channel": 1, "steps": 5})"));
  const Answer second = asked.ask(parse(R"({"about": "ascent", "node": "second", "channel": 1, "steps": 5, "resume": true})"));
  CHECK(array(second, "picture") == picture);
  const Answer of_class = asked.ask(parse(R"({"about": "ascent", "label": 2, "steps": 10})"));
  CHECK(array(of_class, "path")[10] > array(of_class, "path")[0]);
  // A class by its place in the head is the same question.
  Json of_head = parse(R"({"about": "ascent", "channel": 2, "steps": 10})");
  of_head["node"] = asked.net.graph()[asked.net.graph().output()].name;
  CHECK(array(asked.ask(of_head), "path") == array(of_class, "path"));
}

TEST_CASE("ascent: a channel that is silent at first is woken by what goes into its ReLU") {
  Asked asked(R"({"layers": [
    {"type": "input", "name": "pixels", "shape": [8, 8, 1]},
    {"type": "conv2d", "name": "conv", "filters": 2, "kernel": 3, "activation": "relu"},
    {"type": "pool2d", "name": "pool", "mode": "max", "kernel": 2},
    {"type": "flatten"}, {"type": "dense", "units": 4}, {"type": "softmax"}]})");
  // An edge that grey does not have: dark above, bright below, and much of it.
  const ParameterSlot& kernel = asked.net.need_slot("conv/kernel");
  for (int tap = 0; tap < 9; ++tap) asked.net.parameters()[kernel.offset + tap * 2] = static_cast<Real>(tap / 3 - 1);
  asked.net.parameters()[asked.net.need_slot("conv/bias").offset] = Real(-1.2);
  for (const char* node : {"conv.relu", "pool"}) {
    Json query = parse(R"({"about": "ascent", "channel": 0, "steps": 20})");
    query["node"] = node;
    const std::vector<Real> path = array(asked.ask(query), "path");
    CAPTURE(node);
    CHECK(path[0] == 0);
    CHECK(path[20] > Real(0.01));
  }
}

TEST_CASE("top patches: the best place of each picture, best pictures first, slice by slice") {
  Asked asked(R"({"layers": [
    {"type": "input", "name": "pixels", "shape": [6, 6, 1]},
    {"type": "conv2d", "name": "conv", "filters": 2, "kernel": 3, "activation": "tanh"},
    {"type": "flatten"}, {"type": "dense", "units": 4}, {"type": "softmax"}]})");
  Dataset data({6, 6, 1}, TinySet::kClasses, 30);
  TinySet(30).append_to(data, 0, 30);
  Json query = parse(R"({"about": "top_patches", "node": "conv", "channel": 1, "count": 5, "from": 10, "images": 12})");
  const Json answer = asked.explainer.answer(nullptr, query, &data).json;
  CHECK(answer["next"].get<int>() == 22);
  REQUIRE(answer["patches"].size() == 5);
  std::vector<Real> best;
  const int node = asked.net.need_node("conv");
  for (int i = 10; i < 22; ++i) {
    for (int p = 0; p < 36; ++p) asked.run.input()[p] = static_cast<Real>(data.image(i)[p] / 255.0);
    asked.run.forward(1, Mode::inference);
    const Span<const Real> map = asked.run.activation(node);
    Real most = -10;
    for (std::size_t k = 1; k < map.size; k += 2) most = std::max(most, map[k]);
    best.push_back(most);
    for (const Json& patch : answer["patches"]) {
      if (patch["index"].get<int>() != i) continue;
      CHECK(patch["value"].get<Real>() == most);
      CHECK(patch["label"].get<int>() == data.label(i));
      const int row = patch["row"].get<int>(), column = patch["column"].get<int>();
      CHECK(map[(row * 4 + column) * 2 + 1] == most);
      CHECK((patch["top"].get<int>() == row && patch["right"].get<int>() == column + 2));
    }
  }
  std::sort(best.rbegin(), best.rend());
  for (int i = 0; i < 5; ++i) CHECK(answer["patches"][i]["value"].get<Real>() == best[i]);
  CHECK(error_of([&] { asked.ask(query); }).message() == "needs a data set.");
}
