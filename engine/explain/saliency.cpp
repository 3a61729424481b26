#include "engine/explain/saliency.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/explain/pixels.h"

namespace cnn {

namespace {

Answer about_class(const Scene& scene, const Scene::Score& score) {
  Answer answer;
  answer.json["label"] = score.place.channel;
  answer.json["score"] = scene.value(score.node, score.place);
  answer.json["probability"] = scene.value(scene.graph().output(), score.place);
  return answer;
}

}  // namespace

Answer explain_input_gradient(Scene& scene, const Query& query) {
  const Shape& input = scene.graph().input_shape();
  const Scene::Score score = scene.score(query.label);
  Answer answer = about_class(scene, score);
  const Span<const Real> gradient = scene.input_gradient(score.node, score.place);
  answer.add("gradient", {input.h, input.w, input.c}, gradient.data);
  const std::vector<Real> map = scene.pixel_map(gradient);
  answer.add("map", {input.h, input.w}, scaled(map, *std::max_element(map.begin(), map.end())).data());
  return answer;
}

Answer explain_occlusion(Scene& scene, const Query& query) {
  const Shape& input = scene.graph().input_shape();
  const Scene::Score score = scene.score(query.label);
  Answer answer = about_class(scene, score);
  const std::vector<Real> picture(scene.run().input(), scene.run().input() + input.size());
  const Real black = pixel_range(scene.graph().definition().preprocessing).black;
  // As many places as it takes to reach the last row and column.
  const auto places = [&](int extent) { return 1 + (std::max(0, extent - query.size) + query.stride - 1) / query.stride; };
  const int rows = places(input.h), columns = places(input.w);
  std::vector<Real> map;
  for (int i = 0; i < rows; ++i) {
    for (int k = 0; k < columns; ++k) {
      Real* pixels = scene.run().input();
      std::copy(picture.begin(), picture.end(), pixels);
      const int top = i * query.stride, left = k * query.stride;
      const int width = (std::min(input.w, left + query.size) - left) * input.c;
      for (int row = top; row < std::min(input.h, top + query.size); ++row) {
        std::fill_n(pixels + (static_cast<std::size_t>(row) * input.w + left) * input.c, std::max(0, width), black);
      }
      scene.run().forward(1, Mode::inference);
      map.push_back(scene.value(scene.graph().output(), score.place));
    }
  }
  answer.json["size"] = query.size;
  answer.json["stride"] = query.stride;
  answer.add("map", {rows, columns}, map.data());
  return answer;
}

Answer explain_grad_cam(Scene& scene, const Query& query) {
  const int index = scene.net().need_node(query.node);
  const Scene::Score score = scene.score(query.label);
  if (index >= score.node) {
    fail(ErrorCode::invalid_value, "query", "needs a node before the score of the classes. Got \"{}\".", query.node);
  }
  Answer answer = about_class(scene, score);
  answer.json["node"] = query.node;
  const Shape& shape = scene.graph()[index].shape;
  const std::size_t pixels = static_cast<std::size_t>(shape.h) * shape.w;
  scene.input_gradient(score.node, score.place);
  const Real* gradient = scene.run().gradient(index).data;
  const Real* maps = scene.run().activation(index).data;
  std::vector<Real> weights(shape.c, 0), cam(pixels, 0);
  for (std::size_t i = 0; i < shape.size(); ++i) weights[i % shape.c] += gradient[i] / static_cast<Real>(pixels);
  for (std::size_t i = 0; i < shape.size(); ++i) cam[i / shape.c] += weights[i % shape.c] * maps[i];
  for (Real& value : cam) value = std::max(value, Real(0));
  const Real peak = *std::max_element(cam.begin(), cam.end());
  answer.json["peak"] = peak;
  answer.add("weights", {shape.c}, weights.data());
  answer.add("map", {shape.h, shape.w}, scaled(cam, peak).data());
  return answer;
}

}  // namespace cnn
