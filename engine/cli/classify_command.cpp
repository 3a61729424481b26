#include <algorithm>

#include "engine/cli/command.h"
#include "engine/cli/console.h"
#include "engine/cli/drawings.h"
#include "engine/cli/files.h"
#include "engine/cli/picture_file.h"
#include "engine/core/error.h"
#include "engine/data/fit_picture.h"
#include "engine/data/preprocess.h"
#include "engine/model/run.h"

namespace cnn::cli {

namespace {

// One picture after the other through a net.
class Classifier {
 public:
  explicit Classifier(const Model& model)
      : net_(*model.net), run_(net_, 1, Purpose::prediction), names_(names_of(model)) {
    const Shape& input = net_.graph().input_shape();
    if (input.c != 1 || input.h != input.w) {
      throw Error(ErrorCode::shape_mismatch, "classify",
                  "needs a net that reads square pictures of one channel. This one reads " + to_string(input) + ".");
    }
    if (net_.graph().heads().empty()) {
      throw Error(ErrorCode::invalid_definition, "classify", "needs a net with a head (softmax). This one has none.");
    }
  }

  DrawingOptions options() const {
    return fitting_options(net_.graph().definition().preprocessing, net_.graph().input_shape());
  }

  // {"class", "name", "probabilities"}
  Json classify(const Picture& picture) {
    preprocess(net_.graph().definition().preprocessing, Shape{picture.h, picture.w, 1}, picture.pixels.data(),
               run_.input());
    run_.forward(1, Mode::inference);
    const Span<const Real> values = run_.activation(net_.graph().output());
    const auto winner = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
    Json json;
    json["class"] = winner;
    json["name"] = winner < names_.size() ? names_[winner] : std::to_string(winner);
    json["probabilities"] = std::vector<Real>(values.begin(), values.end());
    return json;
  }

 private:
  static std::vector<std::string> names_of(const Model& model) {
    std::vector<std::string> names;
    const auto classes = model.record.find("classes");
    if (classes == model.record.end() || !classes->is_array()) return names;
    for (const Json& name : *classes) names.push_back(name.is_string() ? name.get<std::string>() : name.dump());
    return names;
  }

  Net& net_;
  Run run_;
  std::vector<std::string> names_;
};

// A picture of exactly the right size is taken as it is, apart from its colours.
Picture prepare(const Picture& picture, const DrawingOptions& options, bool whole) {
  if (picture.h == options.size && picture.w == options.size) return ink_of(picture);
  return whole ? resize(ink_of(picture), options.size, options.size) : fit_picture(picture, options);
}

std::string line_of(const std::string& name, const Json& answer) {
  const Json& probabilities = answer["probabilities"];
  const auto winner = answer["class"].get<std::size_t>();
  return name + ": " + answer["name"].get<std::string>() + " (" + percent(probabilities[winner].get<double>()) + ")\n";
}

void run(const Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const std::string strokes = arguments.text("strokes");
  if (strokes.empty() && operands.size() < 2) {
    throw UsageError("what shall be classified? Give --strokes FILE or pictures; see cnn classify --help.");
  }
  if (!strokes.empty() && operands.size() > 1) {
    throw UsageError("\"" + operands[1] + "\": give either --strokes or pictures, not both.");
  }
  const bool whole = arguments.choice("fit", "ink", {"ink", "whole"}) == "whole";
  const Model model = trained_model(find_net(operands[0]), arguments.text("data", "mnist"));
  Classifier classifier(model);

  Json answers = Json::array();
  std::string text;
  if (!strokes.empty()) {
    const std::vector<LabelledDrawing> drawings = read_drawings(strokes, classifier.options(), 0);
    for (std::size_t i = 0; i < drawings.size(); ++i) {
      answers.push_back(classifier.classify(rasterize(drawings[i].drawing).image));
      text += line_of("drawing " + std::to_string(i), answers.back());
    }
  }
  for (std::size_t i = 1; i < operands.size(); ++i) {
    Json answer = classifier.classify(prepare(read_picture(operands[i]), classifier.options(), whole));
    text += line_of(operands[i], answer);
    answer["file"] = operands[i];
    answers.push_back(std::move(answer));
  }
  if (arguments.json()) {
    print_json(answers);
  } else {
    print(text);
  }
}

}  // namespace

Command classify_command() {
  Usage usage;
  usage.name = "classify";
  usage.operands = "<net> [picture ...]";
  usage.least_operands = 1;
  usage.most_operands = 100000;
  usage.summary = "What a trained net takes drawings (strokes) or pictures (PNG, PGM) for.";
  usage.options = {
      {"strokes", "FILE", "drawings: [{\"strokes\": [[[x, y], ...], ...], \"pad\"?: [w, h], \"pen\"?: pixels}, ...]"},
      {"data", "NAME", "for a preset: whose weights, mnist (default) or fashion-mnist"},
      {"fit", "HOW",
       "pictures of another size than the net's: ink (default) frames the ink as MNIST does, whole scales all"},
  };
  usage.more =
      "<net> is a preset, whose weights come from assets/weights, or a model file (.cnn).\n"
      "Pictures may be dark on light or light on dark; their border tells.\n"
      "With --json: [{\"class\", \"name\", \"probabilities\": [...]}, ...], one for each, in order.\n\n"
      "  cnn classify lenet5 --strokes drawings.json --json\n  cnn classify keras-mnist scan-1.png scan-2.pgm\n";
  return {usage, &run};
}

}  // namespace cnn::cli
