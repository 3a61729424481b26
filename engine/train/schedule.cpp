#include "engine/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace cnn {

namespace {

// Half a cosine from `a` to `b`; `share` of the way, 0…1 (what is beyond stays at the end).
double anneal(double a, double b, double share) {
  const double way = std::min(std::max(share, 0.0), 1.0);
  return b + 0.5 * (a - b) * (1 + std::cos(3.14159265358979323846 * way));
}

double one_cycle(double done, double length) {
  constexpr double kFirst = 1.0 / 25, kLast = kFirst / 1e4;
  const double top = 0.3 * length - 1;
  if (done <= top) return anneal(kFirst, 1, top > 0 ? done / top : 1);
  return anneal(1, kLast, (done - top) / (length - 1 - top));
}

double factor(const TrainerOptions& options, double done) {
  const double length = options.schedule_steps;
  switch (options.schedule) {
    case Schedule::constant: return 1;
    case Schedule::step: return std::pow(options.schedule_factor, std::floor(done / length));
    case Schedule::cosine: return anneal(1, 0, done / length);
    case Schedule::one_cycle: return one_cycle(done, length);
  }
  return 1;
}

}  // namespace

double scheduled_rate(const TrainerOptions& options, long done) {
  const auto steps = static_cast<double>(done);
  const double warm = done < options.warmup_steps ? (steps + 1) / options.warmup_steps : 1;
  return options.learning_rate * warm * factor(options, steps);
}

}  // namespace cnn
