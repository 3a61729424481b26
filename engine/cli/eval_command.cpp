#include "engine/cli/command.h"
#include "engine/cli/console.h"
#include "engine/cli/drawings.h"
#include "engine/cli/evaluate.h"
#include "engine/cli/files.h"
#include "engine/core/error.h"

namespace cnn::cli {

namespace {

std::string confusion_table(const Json& confusion) {
  std::string text = "Rows: true class; columns: what the net said.\n      ";
  for (std::size_t i = 0; i < confusion.size(); ++i) text += std::string(i < 10 ? 5 : 4, ' ') + std::to_string(i);
  text += "\n";
  for (std::size_t i = 0; i < confusion.size(); ++i) {
    text += std::string(i < 10 ? 5 : 4, ' ') + std::to_string(i);
    for (const Json& count : confusion[i]) {
      const std::string number = count.get<int>() == 0 ? "." : count.dump();
      text += std::string(number.size() < 6 ? 6 - number.size() : 1, ' ') + number;
    }
    text += "\n";
  }
  return text;
}

Dataset drawings_set(const std::string& path, const Graph& graph) {
  const Definition& definition = graph.definition();
  const DrawingOptions options = fitting_options(definition.preprocessing, graph.input_shape());
  const int classes = graph[graph.output()].shape.c;
  const std::vector<LabelledDrawing> drawings = read_drawings(path, options, classes);
  if (drawings.empty()) throw Error(ErrorCode::bad_file, "", path + ": there is no drawing in it.");
  return rasterize_all(drawings, options, classes);
}

void run(const Arguments& arguments) {
  const NetSource source = find_net(arguments.operands()[0]);
  const auto limit = static_cast<std::size_t>(arguments.whole("limit", 0, 0, 1000000000));
  Model model = trained_model(source, arguments.text("data", "mnist"));
  Net& net = *model.net;
  // A model tells what it was trained on; what is asked for goes first.
  std::string data = arguments.text("data");
  if (data.empty())
    data = model.record.contains("data") && model.record["data"].is_string() ? model.record["data"].get<std::string>()
                                                                             : "mnist";
  const std::string strokes = arguments.text("strokes");
  const Dataset set = strokes.empty() ? read_dataset(data_directory(arguments), data,
                                                     arguments.choice("part", "test", {"test", "train"}),
                                                     net.graph()[net.graph().output()].shape.c, limit)
                                      : drawings_set(strokes, net.graph());
  Score score;
  {
    Progress progress(false);
    score = evaluate(net, set, progress);
  }

  if (arguments.json()) {
    Json json;
    json["net"] = source.name;
    json["data"] = strokes.empty() ? data : strokes;
    write_score(score, json);
    json["confusion"] = score.confusion;
    json["seconds"] = score.seconds;
    json["images_per_second"] = static_cast<double>(score.total) / score.seconds;
    print_json(json);
    return;
  }
  print(source.name + " on " + std::to_string(score.total) + (strokes.empty() ? " images of " + data : " drawings") +
        ": accuracy " + percent(score.accuracy) + ", " + std::to_string(score.errors) + " errors, loss " +
        fixed(score.loss, 4) + " (" + fixed(score.seconds, 1) + " s)\n\n" + confusion_table(score.confusion));
}

}  // namespace

Command eval_command() {
  Usage usage;
  usage.name = "eval";
  usage.operands = "<net>";
  usage.least_operands = usage.most_operands = 1;
  usage.summary = "Accuracy and confusion matrix of a trained net on a whole data set or on drawings.";
  usage.options = {
      {"data", "NAME",
       "data set, mnist or fashion-mnist; for a preset also whose weights (default: the model's, or mnist)"},
      {"part", "NAME", "test (default) or train"},
      {"strokes", "FILE", "drawings instead: [{\"label\": 3, \"strokes\": [[[x, y], ...], ...]}, ...]"},
      {"limit", "N", "only the first N images"},
      {"data-dir", "FOLDER", "where the data sets are (default: build/data of the repository)"},
  };
  usage.more =
      "<net> is a preset, whose weights come from assets/weights, or a model file (.cnn).\n"
      "With --json: {\"accuracy\", \"errors\", \"total\", \"loss\", \"confusion\": [[...]], \"seconds\", ...};\n"
      "rows of the confusion matrix are true classes.\n\n"
      "  cnn eval lenet5 --data mnist\n  cnn eval my-model.cnn --data fashion-mnist --json\n";
  return {usage, &run};
}

}  // namespace cnn::cli
