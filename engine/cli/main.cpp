// The command line: the same engine as in the page, as one native program.
//   0  done    1  failed (a sentence on standard error says why)    2  called in a way that it does not understand

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "engine/cli/command.h"
#include "engine/cli/files.h"
#include "engine/core/error.h"
#include "engine/definition/fields.h"

namespace cnn::cli {
namespace {

std::string overview(const std::vector<Command>& commands) {
  std::string presets;
  for (const std::string& name : preset_names()) presets += " " + name;
  std::string text =
      "cnn: convolutional networks on the command line\n\nUsage: cnn <command> [arguments]\n\nCommands:\n";
  for (const Command& command : commands) {
    text += "  " + command.usage.name + std::string(10 - command.usage.name.size(), ' ') + command.usage.summary + "\n";
  }
  return text +
         "\nA <net> is the name of a preset, a definition (.json) or a model file (.cnn). Presets:\n " +
         presets + "\n" +
         "cnn <command> --help tells the rest. Exit codes: 0 done, 1 failed, 2 misunderstood.\n";
}

int run(const std::vector<std::string>& words) {
  const std::vector<Command> commands = {describe_command(), summary_command(), train_command(), eval_command(),
                                         classify_command()};
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    std::fputs(overview(commands).c_str(), words.empty() ? stderr : stdout);
    return words.empty() ? 2 : 0;
  }
  std::vector<std::string> names;
  for (const Command& command : commands) {
    names.push_back(command.usage.name);
    if (command.usage.name != words[0]) continue;
    const Arguments arguments(command.usage, {words.begin() + 1, words.end()});
    if (arguments.help()) {
      std::fputs(help_text(command.usage).c_str(), stdout);
    } else {
      command.run(arguments);
    }
    return 0;
  }
  const std::string near = nearest_name(words[0], names);
  throw UsageError("there is no command \"" + words[0] + "\"." +
                   (near.empty() ? " See cnn --help." : " Did you mean " + near + "?"));
}

int fail(const std::string& message, int code) {
  std::fflush(stdout);
  std::fprintf(stderr, "cnn: %s\n", message.c_str());
  return code;
}

}  // namespace
}  // namespace cnn::cli

int main(int argc, char** argv) {
  try {
    const int code = cnn::cli::run({argv + 1, argv + argc});
    // A full disk or a closed pipe must not look like success.
    if (std::fflush(stdout) != 0) return cnn::cli::fail("could not write the result.", 1);
    return code;
  } catch (const cnn::cli::UsageError& e) {
    return cnn::cli::fail(e.what(), 2);
  } catch (const std::bad_alloc&) {
    return cnn::cli::fail("there is not enough memory.", 1);
  } catch (const std::exception& e) {
    return cnn::cli::fail(e.what(), 1);
  }
}
