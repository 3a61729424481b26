#include "engine/cli/command.h"
#include "engine/cli/console.h"
#include "engine/cli/files.h"
#include "engine/core/error.h"
#include "engine/describe/summary.h"

namespace cnn::cli {

namespace {

void print_summary(const Graph& graph, bool json) {
  if (json) {
    print_json(summarize(graph));
  } else {
    print(summary_table(graph));
  }
}

void run(const Arguments& arguments) {
  const NetSource source = find_net(arguments.operands()[0]);
  if (source.kind == NetKind::model) {
    print_summary(read_model(source.path).net->graph(), arguments.json());
    return;
  }
  try {
    print_summary(Graph(read_definition(source.path)), arguments.json());
  } catch (const Error& e) {
    // What the parser refuses has the file's name already.
    if (e.subject().empty()) throw;
    throw Error(e.code(), "", source.path + ": " + e.what());
  }
}

}  // namespace

Command summary_command() {
  Usage usage;
  usage.name = "summary";
  usage.operands = "<net>";
  usage.least_operands = usage.most_operands = 1;
  usage.summary =
      "The layers of a net with output shapes, parameters, multiply-accumulates, receptive fields and memory.";
  usage.more =
      "<net> is the name of a preset, a definition (.json) or a model file (.cnn).\n"
      "With --json: {\"layers\": [...], \"parameters\", \"macs\", \"memory\", ...}.\n\n"
      "  cnn summary lenet5\n  cnn summary my-net.json --json\n";
  return {usage, &run};
}

}  // namespace cnn::cli
