#pragma once

#include "engine/cli/arguments.h"

namespace cnn::cli {

// One command of the program: how it is called, and what it does. Results go to standard output, everything else to
// standard error; failures are thrown.
struct Command {
  Usage usage;
  void (*run)(const Arguments& arguments);
};

Command describe_command();
Command summary_command();
Command train_command();
Command eval_command();
Command classify_command();

}  // namespace cnn::cli
