#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace cnn::cli {

// The command was not called as it wants to be (exit code 2).
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Option {
  std::string name;   // without the dashes
  std::string value;  // what stands for the value in the help; empty: a switch
  std::string help;
};

// How a command is called; --help and --json come with every one.
struct Usage {
  std::string name;
  std::string operands;  // as the help shows them: "<net>"
  int least_operands = 0;
  int most_operands = 0;
  std::string summary;  // one sentence
  std::vector<Option> options;
  std::string more;  // further lines of the help: examples, what comes out
};

std::string help_text(const Usage& usage);

// The parsed command line. Options are written --name value or --name=value, anywhere; after -- everything is an
// operand.
class Arguments {
 public:
  // Throws UsageError. With --help nothing else is checked.
  Arguments(const Usage& usage, const std::vector<std::string>& words);

  bool help() const { return has("help"); }
  bool json() const { return has("json"); }
  bool has(const std::string& name) const { return values_.count(name) != 0; }
  std::string text(const std::string& name, const std::string& fallback = "") const;
  // Throw UsageError for what is no such number.
  double number(const std::string& name, double fallback) const;
  long whole(const std::string& name, long fallback, long least, long most) const;
  // One of `choices`.
  std::string choice(const std::string& name, const std::string& fallback,
                     const std::vector<std::string>& choices) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::string> values_;
  std::vector<std::string> operands_;
};

// A decimal number and nothing else; `name` is what the error calls it.
double parse_number(const std::string& name, const std::string& text);

}  // namespace cnn::cli
