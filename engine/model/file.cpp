#include "engine/model/file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/core/crc32.h"
#include "engine/core/error.h"
#include "engine/core/float16.h"
#include "engine/model/convnetjs_file.h"

namespace cnn {

namespace {

constexpr char kMagic[] = "CNNMODEL";
constexpr std::size_t kMagicBytes = sizeof(kMagic) - 1;
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kFixedBytes = kMagicBytes + 8;  // magic, version, length of header
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kMaxHeaderBytes = 2 * kMaxDefinitionBytes;
constexpr int kMaxDepth = 70;  // what a definition may have, and the header around it
constexpr int kSteps = 31;     // of int6, to either side of zero

std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

const char* name_of(Storage storage) { return EnumNames<Storage>::names[static_cast<int>(storage)]; }

// A tensor whose numbers have no output channel in common keeps its digits.
Storage storage_of(const ParameterSpec& spec, Storage wanted) {
  return wanted == Storage::int6 && spec.shape.size() < 2 ? Storage::float16 : wanted;
}

std::size_t channels(const ParameterSpec& spec) { return static_cast<std::size_t>(spec.shape.back()); }

std::size_t bytes_of(const ParameterSpec& spec, Storage storage) {
  switch (storage) {
    case Storage::float32:
      return 4 * spec.count();
    case Storage::float16:
      return 2 * spec.count();
    case Storage::int6:
      break;
  }
  return 4 * channels(spec) + spec.count();
}

template <class... Values>
[[noreturn]] void refuse(const char* pattern, const Values&... values) {
  fail(ErrorCode::bad_file, "model file", pattern, values...);
}

void put(std::uint8_t* out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t get(const std::uint8_t* in, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint32_t>(in[i]) << (8 * i);
  return value;
}

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float float_of(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// The largest number of each output channel is kSteps times the channel's scale.
void store_steps(const Real* values, const ParameterSpec& spec, std::uint8_t* out) {
  const std::size_t last = channels(spec);
  std::vector<float> scales(last, 0);
  for (std::size_t i = 0; i < spec.count(); ++i) {
    scales[i % last] = std::max(scales[i % last], std::abs(static_cast<float>(values[i])) / kSteps);
  }
  for (std::size_t c = 0; c < last; ++c) put(out + 4 * c, bits_of(scales[c]), 4);
  for (std::size_t i = 0; i < spec.count(); ++i) {
    const float scale = scales[i % last];
    const long step = scale > 0 ? std::lround(static_cast<float>(values[i]) / scale) : 0;
    out[4 * last + i] = static_cast<std::uint8_t>(std::clamp<long>(step, -kSteps, kSteps));
  }
}

void store(const Real* values, const ParameterSpec& spec, Storage storage, const std::string& address,
           std::uint8_t* out) {
  for (std::size_t i = 0; i < spec.count(); ++i) {
    const auto value = static_cast<float>(values[i]);
    const std::uint16_t half = storage == Storage::float16 ? to_half(value) : 0;
    if (!std::isfinite(value) || !std::isfinite(from_half(half))) {
      fail(ErrorCode::invalid_value, "model file", "a number of {} cannot be stored as {}. Got {}.", address,
           name_of(storage), value);
    }
    if (storage == Storage::float32) put(out + 4 * i, bits_of(value), 4);
    if (storage == Storage::float16) put(out + 2 * i, half, 2);
  }
  if (storage == Storage::int6) store_steps(values, spec, out);
}

void fetch(const std::uint8_t* in, const ParameterSpec& spec, Storage storage, const std::string& address,
           Real* values) {
  const auto number = [&](std::size_t i) {
    if (storage == Storage::float32) return float_of(get(in + 4 * i, 4));
    if (storage == Storage::float16) return from_half(static_cast<std::uint16_t>(get(in + 2 * i, 2)));
    const std::size_t last = channels(spec);
    return float_of(get(in + 4 * (i % last), 4)) * static_cast<float>(static_cast<std::int8_t>(in[4 * last + i]));
  };
  for (std::size_t i = 0; i < spec.count(); ++i) {
    const float value = number(i);
    if (!std::isfinite(value)) refuse("a number of {} is not finite.", address);
    values[i] = value;
  }
}

bool has_magic(const std::uint8_t* bytes, std::size_t size) {
  return size >= kMagicBytes && std::memcmp(bytes, kMagic, kMagicBytes) == 0;
}

Json parse_header(const char* text, std::size_t size) {
  try {
    return read_json(text, size, "header", kMaxDepth);
  } catch (const Error& e) {
    refuse(e.message().rfind("nested", 0) == 0 ? "the header is nested too deep." : "the header is no JSON.");
  }
}

const Json& member(const Json& object, const char* key, bool (Json::*is_kind)() const noexcept) {
  const auto found = object.find(key);
  if (found == object.end() || !((*found).*is_kind)()) {
    refuse("\"{}\" in the header is missing or of the wrong kind.", key);
  }
  return *found;
}

struct Entry {
  Storage storage;
  std::size_t offset;
};

// How the tensor is stored, having checked that it is `spec` at `address` and lies at `offset`.
Storage check_entry(const Json& entry, const std::string& address, const ParameterSpec& spec, std::size_t offset) {
  if (!entry.is_object()) refuse("the list of tensors is damaged.");
  if (member(entry, "address", &Json::is_string).get<std::string>() != address) {
    refuse("expected the tensor {}. Got {}.", address, entry["address"].get<std::string>());
  }
  if (member(entry, "shape", &Json::is_array) != Json(spec.shape)) {
    refuse("the tensor {} must have the shape {}.", address, write_json(spec.shape));
  }
  if (member(entry, "count", &Json::is_number) != Json(spec.count()))
    refuse("the tensor {} has a wrong count.", address);
  if (member(entry, "offset", &Json::is_number) != Json(offset)) refuse("the tensor {} is at a wrong place.", address);
  const std::string storage = member(entry, "storage", &Json::is_string).get<std::string>();
  for (const Storage known : {Storage::float32, Storage::float16, Storage::int6}) {
    if (storage == name_of(known) && known == storage_of(spec, known)) return known;
  }
  refuse("the tensor {} is stored in an unknown way.", address);
}

// One entry a tensor, in the graph's order. Fits the list against graph and file before any memory is taken for the
// numbers: a definition may ask for more than the machine has.
std::vector<Entry> check_tensors(const Graph& graph, const Json& list, std::size_t data_bytes) {
  std::vector<Entry> entries;
  std::size_t offset = 0;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& spec : node.parameters) {
      const std::string address = node.name + "/" + spec.name;
      if (entries.size() >= list.size()) refuse("the tensor {} is missing.", address);
      const Storage storage = check_entry(list[entries.size()], address, spec, offset);
      const std::size_t bytes = bytes_of(spec, storage);
      if (bytes > data_bytes - offset) refuse("is shorter than its tensors.");
      entries.push_back({storage, offset});
      offset += aligned(bytes);
      if (offset > data_bytes) refuse("is shorter than its tensors.");
    }
  }
  if (entries.size() != list.size()) refuse("has tensors that the net does not.");
  if (offset != data_bytes) refuse("is longer than its tensors.");
  return entries;
}

}  // namespace

std::vector<std::uint8_t> save_model(const Net& net, const Json& record, Storage storage) {
  if (!record.is_object()) fail(ErrorCode::invalid_value, "model file", "the record must be an object {…}.");
  Json header;
  header["definition"] = net.graph().definition().source;
  header["record"] = record;
  header["tensors"] = Json::array();
  std::size_t data_bytes = 0;
  for (const ParameterSlot& slot : net.slots()) {
    const Storage own = storage_of(*slot.spec, storage);
    Json entry;
    entry["address"] = slot.address;
    entry["shape"] = slot.spec->shape;
    entry["storage"] = name_of(own);
    entry["offset"] = data_bytes;
    entry["count"] = slot.count;
    header["tensors"].push_back(std::move(entry));
    data_bytes += aligned(bytes_of(*slot.spec, own));
  }
  const std::string text = write_json(header);
  if (text.size() > kMaxHeaderBytes) {
    fail(ErrorCode::invalid_value, "model file", "definition and record are too large.");
  }

  const std::size_t data = aligned(kFixedBytes + text.size());
  std::vector<std::uint8_t> file(data + data_bytes + kChecksumBytes, 0);
  std::memcpy(file.data(), kMagic, kMagicBytes);
  put(file.data() + kMagicBytes, kVersion, 4);
  put(file.data() + kMagicBytes + 4, static_cast<std::uint32_t>(text.size()), 4);
  std::memcpy(file.data() + kFixedBytes, text.data(), text.size());
  std::size_t offset = data;
  for (const ParameterSlot& slot : net.slots()) {
    const Storage own = storage_of(*slot.spec, storage);
    store(net.parameters() + slot.offset, *slot.spec, own, slot.address, file.data() + offset);
    offset += aligned(bytes_of(*slot.spec, own));
  }
  put(file.data() + offset, crc32(file.data(), offset), 4);
  return file;
}

bool is_model(const std::uint8_t* bytes, std::size_t size) {
  return has_magic(bytes, size) || is_convnetjs_file(bytes, size);
}

Model load_model(const std::uint8_t* bytes, std::size_t size) {
  if (is_convnetjs_file(bytes, size)) return load_convnetjs_file(bytes, size);
  if (!has_magic(bytes, size)) refuse("is no model file.");
  if (size < kFixedBytes + kChecksumBytes) refuse("is cut off.");
  const std::uint32_t version = get(bytes + kMagicBytes, 4);
  if (version > kVersion) {
    refuse("is of version {}. This program reads up to version {}.", version, kVersion);
  }
  if (version == 0) refuse("is damaged: there is no version 0.");
  const std::size_t end = size - kChecksumBytes;
  const std::size_t header_bytes = get(bytes + kMagicBytes + 4, 4);
  if (header_bytes > kMaxHeaderBytes || header_bytes > end - kFixedBytes) refuse("is cut off or damaged.");
  const std::size_t data = aligned(kFixedBytes + header_bytes);
  if (data > end) refuse("is cut off or damaged.");
  if (get(bytes + end, 4) != crc32(bytes, end)) refuse("is cut off or damaged: its checksum does not fit.");

  const Json header = parse_header(reinterpret_cast<const char*>(bytes) + kFixedBytes, header_bytes);
  if (!header.is_object()) refuse("the header must be an object.");
  const Json& source = member(header, "definition", &Json::is_object);
  const Json& record = member(header, "record", &Json::is_object);
  const Json& tensors = member(header, "tensors", &Json::is_array);
  const std::vector<Entry> entries = check_tensors(Graph(parse_definition(source)), tensors, end - data);

  Model model;
  model.record = record;
  model.net = std::make_unique<Net>(parse_definition(source), 0);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ParameterSlot& slot = model.net->slots()[i];
    fetch(bytes + data + entries[i].offset, *slot.spec, entries[i].storage, slot.address,
          model.net->parameters() + slot.offset);
  }
  return model;
}

}  // namespace cnn
