#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "engine/definition/json.h"

namespace cnn::cli {

// Text and JSON for standard output; JSON without NaN, whatever bytes its strings hold.
void print(const std::string& text);
void print_json(const Json& json);

// 0.9912 → "99.12 %"
std::string percent(double share);
// Fixed number of digits after the point.
std::string fixed(double value, int digits);

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A bar on standard error where that is a terminal; elsewhere nothing but the lines given to note().
class Progress {
 public:
  // `quiet`: nothing at all.
  explicit Progress(bool quiet);
  ~Progress();

  void show(std::size_t done, std::size_t total, const std::string& text);
  // A line that stays.
  void note(const std::string& text);

 private:
  void clear();

  bool quiet_;
  bool live_;
  bool drawn_ = false;
  Clock clock_;
  double last_ = -1;
};

}  // namespace cnn::cli
