#include "engine/train/checkpoint.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "engine/core/crc32.h"
#include "engine/core/error.h"

namespace cnn {

namespace {

constexpr char kMagic[] = "CNNTRAIN";
constexpr std::size_t kMagicSize = sizeof(kMagic) - 1;
constexpr std::uint32_t kVersion = 3;  // still read: 1, which ends with the moments, and 2; both have a generator more

template <class... Values>
[[noreturn]] void refuse(const char* pattern, const Values&... values) {
  fail(ErrorCode::bad_file, "checkpoint", pattern, values...);
}

class Writer {
 public:
  std::vector<std::uint8_t> bytes;

  void raw(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes.insert(bytes.end(), from, from + size);
  }
  void u32(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  void u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value));
    u32(static_cast<std::uint32_t>(value >> 32));
  }
  void generator(const Random::State& state) {
    u64(state.state);
    u64(state.increment);
  }
  template <class T>
  void list(const std::vector<T>& values) {
    u64(values.size());
    raw(values.data(), values.size() * sizeof(T));
  }
};

class Reader {
 public:
  Reader(const std::uint8_t* bytes, std::size_t size) : at_(bytes), left_(size) {}

  std::size_t left() const { return left_; }
  const std::uint8_t* raw(std::size_t size) {
    if (size > left_) refuse("is cut off.");
    const std::uint8_t* start = at_;
    at_ += size;
    left_ -= size;
    return start;
  }
  std::uint32_t u32() {
    const std::uint8_t* b = raw(4);
    return b[0] | std::uint32_t(b[1]) << 8 | std::uint32_t(b[2]) << 16 | std::uint32_t(b[3]) << 24;
  }
  std::uint64_t u64() {
    const std::uint64_t low = u32();
    return low | std::uint64_t(u32()) << 32;
  }
  long count() {
    const std::uint64_t value = u64();
    // Half, so that counting on cannot overflow.
    if (value > static_cast<std::uint64_t>(std::numeric_limits<long>::max()) / 2) refuse("has a counter out of range.");
    return static_cast<long>(value);
  }
  int small_count() {
    const std::uint32_t value = u32();
    if (value > 0x3FFFFFFFu) refuse("has a counter out of range.");
    return static_cast<int>(value);
  }
  Random::State generator() {
    const std::uint64_t state = u64();
    return {state, u64()};
  }
  template <class T>
  std::vector<T> list() {
    const std::uint64_t count = u64();
    if (count > left_ / sizeof(T)) refuse("is cut off.");
    std::vector<T> values(static_cast<std::size_t>(count));
    const std::uint8_t* from = raw(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), from, values.size() * sizeof(T));
    return values;
  }

 private:
  const std::uint8_t* at_;
  std::size_t left_;
};

TrainerOptions read_options_text(const std::vector<char>& text) {
  TrainerOptions options;
  try {
    read_options(read_json(text.data(), text.size(), "options"), "", options);
  } catch (const Error& e) {
    refuse("has unreadable options: {}", e.message());
  }
  return options;
}

}  // namespace

std::uint32_t net_fingerprint(const Net& net) {
  std::string text;
  for (const ParameterSlot& slot : net.slots()) text += compose("{}:{};", slot.address, slot.count);
  return crc32(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::vector<std::uint8_t> encode(const Checkpoint& checkpoint) {
  const std::string options = write_json(write_options(checkpoint.options));
  Writer out;
  out.bytes.reserve(options.size() + 256 + checkpoint.order.order.size() * sizeof(std::uint32_t) +
                    (checkpoint.moments[0].size() + checkpoint.moments[1].size() + checkpoint.gradients.size()) * sizeof(Real));
  out.raw(kMagic, kMagicSize);
  out.u32(kVersion);
  out.u32(sizeof(Real));
  out.u32(checkpoint.net);
  out.u64(static_cast<std::uint64_t>(checkpoint.steps));
  out.u64(static_cast<std::uint64_t>(checkpoint.images));
  out.u64(static_cast<std::uint64_t>(checkpoint.updates));
  out.generator(checkpoint.dropout);
  out.u32(checkpoint.has_order ? 1 : 0);
  if (checkpoint.has_order) {
    out.u64(static_cast<std::uint64_t>(checkpoint.order.epoch));
    out.u64(checkpoint.order.position);
    out.generator(checkpoint.order.random);
    out.list(checkpoint.order.order);
  }
  out.list(std::vector<char>(options.begin(), options.end()));
  for (const std::vector<Real>& moment : checkpoint.moments) out.list(moment);
  out.raw(&checkpoint.best_loss, sizeof checkpoint.best_loss);
  out.u32(static_cast<std::uint32_t>(checkpoint.since_best));
  out.u32(static_cast<std::uint32_t>(checkpoint.pending));
  out.list(checkpoint.gradients);
  out.u32(crc32(out.bytes.data(), out.bytes.size()));
  return std::move(out.bytes);
}

Checkpoint decode(const std::uint8_t* bytes, std::size_t size) {
  if (size < kMagicSize || std::memcmp(bytes, kMagic, kMagicSize) != 0) {
    refuse("is no checkpoint: it must begin with CNNTRAIN.");
  }
  Reader in(bytes + kMagicSize, size - kMagicSize);
  const std::uint32_t version = in.u32();
  if (version < 1 || version > kVersion) {
    refuse("has a version that is not known here. Got {}, known is up to {}.", version, kVersion);
  }
  if (size < kMagicSize + 8) refuse("is cut off.");
  if (Reader(bytes + size - 4, 4).u32() != crc32(bytes, size - 4)) refuse("is damaged: its checksum does not match.");
  if (in.u32() != sizeof(Real)) refuse("was written with another precision.");
  Checkpoint checkpoint;
  checkpoint.net = in.u32();
  checkpoint.steps = in.count();
  checkpoint.images = in.count();
  checkpoint.updates = in.count();
  checkpoint.dropout = in.generator();
  if (version < 3) in.generator();
  checkpoint.has_order = in.u32() != 0;
  if (checkpoint.has_order) {
    checkpoint.order.epoch = in.count();
    checkpoint.order.position = in.u64();
    checkpoint.order.random = in.generator();
    checkpoint.order.order = in.list<std::uint32_t>();
  }
  checkpoint.options = read_options_text(in.list<char>());
  for (std::vector<Real>& moment : checkpoint.moments) moment = in.list<Real>();
  if (version > 1) {
    std::memcpy(&checkpoint.best_loss, in.raw(sizeof checkpoint.best_loss), sizeof checkpoint.best_loss);
    if (std::isnan(checkpoint.best_loss)) refuse("has a best loss that is not a number.");
    checkpoint.since_best = in.small_count();
    checkpoint.pending = in.small_count();
    checkpoint.gradients = in.list<Real>();
    if ((checkpoint.pending > 0) == checkpoint.gradients.empty()) refuse("has gradients of no batch.");
  }
  if (in.left() != 4) refuse("has a length that does not match its contents.");
  return checkpoint;
}

}  // namespace cnn
