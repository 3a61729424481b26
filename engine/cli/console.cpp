#include "engine/cli/console.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace cnn::cli {

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_json(const Json& json) { print(write_json(json) + "\n"); }

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string percent(double share) { return fixed(100 * share, 2) + " %"; }

Progress::Progress(bool quiet) : quiet_(quiet), live_(!quiet && isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { clear(); }

void Progress::show(std::size_t done, std::size_t total, const std::string& text) {
  if (!live_) return;
  const double now = clock_.seconds();
  if (last_ >= 0 && now - last_ < 0.1) return;
  last_ = now;
  constexpr int kWidth = 30;
  const int full = total == 0 ? 0 : static_cast<int>(std::min(done, total) * kWidth / total);
  std::fprintf(stderr, "\r\x1b[K[%s%s] %s", std::string(full, '=').c_str(), std::string(kWidth - full, ' ').c_str(),
               text.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::note(const std::string& text) {
  if (quiet_) return;
  clear();
  std::fprintf(stderr, "%s\n", text.c_str());
}

void Progress::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace cnn::cli
