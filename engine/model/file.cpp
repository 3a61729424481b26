#include "engine/model/file.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "engine/core/crc32.h"
#include "engine/core/error.h"
#include "engine/core/float16.h"

namespace cnn {

namespace {

constexpr char kMagic[] = "CNNMODEL";
constexpr std::size_t kMagicBytes = sizeof(kMagic) - 1;
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kFixedBytes = kMagicBytes + 8;  // magic, version, length of header
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kMaxHeaderBytes = 2 * kMaxDefinitionBytes;
constexpr int kMaxDepth = 70;  // what a definition may have, and the header around it
constexpr const char* kStorageNames[] = {"float32", "float16"};

std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

std::size_t bytes_of(Storage storage) { return storage == Storage::float16 ? 2 : 4; }

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::bad_file, "model file", message); }

void put(std::uint8_t* out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t get(const std::uint8_t* in, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint32_t>(in[i]) << (8 * i);
  return value;
}

void store(const Real* values, std::size_t count, Storage storage, const std::string& address, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(values[i]);
    const std::uint16_t half = storage == Storage::float16 ? to_half(value) : 0;
    if (!std::isfinite(value) || !std::isfinite(from_half(half))) {
      throw Error(ErrorCode::invalid_value, "model file",
                  "a number of " + address + " cannot be stored as " + kStorageNames[static_cast<int>(storage)] +
                      ". Got " + number_text(value) + ".");
    }
    std::uint32_t bits = half;
    if (storage == Storage::float32) std::memcpy(&bits, &value, sizeof bits);
    put(out + i * bytes_of(storage), bits, static_cast<int>(bytes_of(storage)));
  }
}

void fetch(const std::uint8_t* in, std::size_t count, Storage storage, const std::string& address, Real* values) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = get(in + i * bytes_of(storage), static_cast<int>(bytes_of(storage)));
    float value = 0;
    if (storage == Storage::float32) {
      std::memcpy(&value, &bits, sizeof value);
    } else {
      value = from_half(static_cast<std::uint16_t>(bits));
    }
    if (!std::isfinite(value)) refuse("a number of " + address + " is not finite.");
    values[i] = value;
  }
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
    refuse(std::string("\"") + key + "\" in the header is missing or of the wrong kind.");
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
    refuse("expected the tensor " + address + ". Got " + entry["address"].get<std::string>() + ".");
  }
  if (member(entry, "shape", &Json::is_array) != Json(spec.shape)) {
    refuse("the tensor " + address + " must have the shape " + Json(spec.shape).dump() + ".");
  }
  if (member(entry, "count", &Json::is_number) != Json(spec.count()))
    refuse("the tensor " + address + " has a wrong count.");
  if (member(entry, "offset", &Json::is_number) != Json(offset))
    refuse("the tensor " + address + " is at a wrong place.");
  const std::string storage = member(entry, "storage", &Json::is_string).get<std::string>();
  if (storage == kStorageNames[0]) return Storage::float32;
  if (storage == kStorageNames[1]) return Storage::float16;
  refuse("the tensor " + address + " is stored in an unknown way.");
}

// One entry a tensor, in the graph's order. Fits the list against graph and file before any memory is taken for the
// numbers: a definition may ask for more than the machine has.
std::vector<Entry> check_tensors(const Graph& graph, const Json& list, std::size_t data_bytes) {
  std::vector<Entry> entries;
  std::size_t offset = 0;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& spec : node.parameters) {
      const std::string address = node.name + "/" + spec.name;
      if (entries.size() >= list.size()) refuse("the tensor " + address + " is missing.");
      const Storage storage = check_entry(list[entries.size()], address, spec, offset);
      if (spec.count() > (data_bytes - offset) / bytes_of(storage)) refuse("is shorter than its tensors.");
      entries.push_back({storage, offset});
      offset += aligned(spec.count() * bytes_of(storage));
      if (offset > data_bytes) refuse("is shorter than its tensors.");
    }
  }
  if (entries.size() != list.size()) refuse("has tensors that the net does not.");
  if (offset != data_bytes) refuse("is longer than its tensors.");
  return entries;
}

}  // namespace

std::vector<std::uint8_t> save_model(const Net& net, const Json& record, Storage storage) {
  if (!record.is_object()) throw Error(ErrorCode::invalid_value, "model file", "the record must be an object {…}.");
  Json header;
  header["definition"] = net.graph().definition().source;
  header["record"] = record;
  header["tensors"] = Json::array();
  std::size_t data_bytes = 0;
  for (const ParameterSlot& slot : net.slots()) {
    Json entry;
    entry["address"] = slot.address;
    entry["shape"] = slot.spec->shape;
    entry["storage"] = kStorageNames[static_cast<int>(storage)];
    entry["offset"] = data_bytes;
    entry["count"] = slot.count;
    header["tensors"].push_back(std::move(entry));
    data_bytes += aligned(slot.count * bytes_of(storage));
  }
  const std::string text = write_json(header);
  if (text.size() > kMaxHeaderBytes) {
    throw Error(ErrorCode::invalid_value, "model file", "definition and record are too large.");
  }

  const std::size_t data = aligned(kFixedBytes + text.size());
  std::vector<std::uint8_t> file(data + data_bytes + kChecksumBytes, 0);
  std::memcpy(file.data(), kMagic, kMagicBytes);
  put(file.data() + kMagicBytes, kVersion, 4);
  put(file.data() + kMagicBytes + 4, static_cast<std::uint32_t>(text.size()), 4);
  std::memcpy(file.data() + kFixedBytes, text.data(), text.size());
  std::size_t offset = data;
  for (const ParameterSlot& slot : net.slots()) {
    store(net.parameters() + slot.offset, slot.count, storage, slot.address, file.data() + offset);
    offset += aligned(slot.count * bytes_of(storage));
  }
  put(file.data() + offset, crc32(file.data(), offset), 4);
  return file;
}

Model load_model(const std::uint8_t* bytes, std::size_t size) {
  if (size < kMagicBytes || std::memcmp(bytes, kMagic, kMagicBytes) != 0) refuse("is no model file.");
  if (size < kFixedBytes + kChecksumBytes) refuse("is cut off.");
  const std::uint32_t version = get(bytes + kMagicBytes, 4);
  if (version > kVersion) {
    refuse("is of version " + std::to_string(version) + ". This program reads up to version " +
           std::to_string(kVersion) + ".");
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
    fetch(bytes + data + entries[i].offset, slot.count, entries[i].storage, slot.address,
          model.net->parameters() + slot.offset);
  }
  return model;
}

}  // namespace cnn
