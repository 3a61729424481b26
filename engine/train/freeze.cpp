#include "engine/train/freeze.h"

#include "engine/core/error.h"

namespace cnn {

namespace {

[[noreturn]] void refuse(const std::string& message) {
  fail_at("/freeze", ErrorCode::invalid_value, "training", "{}", message);
}

// Both are at most some hundred letters; after the last star everything before it is settled, so no recursion is needed.
bool matches(const std::string& pattern, const std::string& name) {
  std::size_t p = 0, n = 0, star = std::string::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string::npos;
}

void apply(const Net& net, const std::string& written, std::vector<char>& frozen) {
  const bool thaws = written[0] == '!';
  const std::string pattern = written.substr(thaws ? 1 : 0);
  const bool whole_node = pattern.find('/') == std::string::npos;
  bool found = false;
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    const ParameterSlot& slot = net.slots()[i];
    if (!matches(pattern, whole_node ? net.graph()[slot.node].name : slot.address)) continue;
    frozen[i] = thaws ? 0 : 1;
    found = true;
  }
  if (!found) refuse("freeze matches nothing that has parameters. Got \"" + written + "\".");
}

}  // namespace

std::vector<char> frozen_slots(const Net& net, const std::string& patterns) {
  constexpr const char* kSeparators = ", ";
  std::vector<char> frozen(net.slots().size(), 0);
  std::size_t begin = patterns.find_first_not_of(kSeparators);
  if (begin == std::string::npos) return frozen;
  while (begin != std::string::npos) {
    const std::size_t end = patterns.find_first_of(kSeparators, begin);
    apply(net, patterns.substr(begin, end - begin), frozen);
    begin = patterns.find_first_not_of(kSeparators, end);
  }
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    if (!frozen[i] && net.slots()[i].spec->trainable) return frozen;
  }
  refuse("freeze leaves nothing to learn. Got \"" + patterns + "\".");
}

}  // namespace cnn
