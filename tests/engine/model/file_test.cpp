#include "engine/model/file.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/core/crc32.h"
#include "engine/core/error.h"
#include "engine/core/float16.h"
#include "engine/core/random.h"
#include "tests/engine/definition/json_files.h"

using namespace cnn;
using cnn::test::find_pointer;

namespace {

using Bytes = std::vector<std::uint8_t>;

const char* const kSmall = R"({"name": "small", "description": "für Tests", "preprocessing": {"mean": 0.5},
  "layers": [{"type": "input", "shape": [6, 6, 1]},
             {"type": "conv2d", "name": "c", "filters": 2, "kernel": 3, "bias": false},
             {"type": "batch_norm", "name": "n", "activation": "relu"},
             {"type": "flatten"},
             {"type": "dense", "name": "d", "units": 3},
             {"type": "softmax", "name": "p"}]})";

Net small_net(std::uint64_t seed = 5) { return Net(parse_definition(std::string(kSmall)), seed); }

Json record() {
  Json json;
  json["classes"] = {"a", "b", "ц"};
  json["accuracy"] = 0.875;
  return json;
}

std::uint32_t word(const Bytes& file, std::size_t at) {
  return file[at] | file[at + 1] << 8 | file[at + 2] << 16 | std::uint32_t(file[at + 3]) << 24;
}

void put_word(Bytes& file, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) file[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void fix_checksum(Bytes& file) { put_word(file, file.size() - 4, crc32(file.data(), file.size() - 4)); }

// The file with another header of whatever length, and a checksum that fits.
Bytes with_header(const Bytes& file, const std::string& header) {
  const std::size_t old_data = (16 + word(file, 12) + 63) / 64 * 64;
  const std::size_t new_data = (16 + header.size() + 63) / 64 * 64;
  Bytes out(new_data + file.size() - old_data, 0);
  std::copy_n(file.data(), 16, out.data());
  put_word(out, 12, static_cast<std::uint32_t>(header.size()));
  std::copy(header.begin(), header.end(), out.data() + 16);
  std::copy(file.data() + old_data, file.data() + file.size(), out.data() + new_data);
  fix_checksum(out);
  return out;
}

Json header_of(const Bytes& file) { return Json::parse({file.begin() + 16, file.begin() + 16 + word(file, 12)}); }

std::string message_of(const Bytes& file) {
  try {
    load_model(file.data(), file.size());
  } catch (const Error& e) {
    return std::string(error_code_name(e.code())) + " " + e.what();
  }
  return "loaded";
}

std::string message_with(const Bytes& file, const Json& header) { return message_of(with_header(file, header.dump())); }

}  // namespace

TEST_CASE("crc32 has the check value of its standard") {
  const char* text = "123456789";
  CHECK(crc32(reinterpret_cast<const std::uint8_t*>(text), 9) == 0xCBF43926u);
  CHECK(crc32(nullptr, 0) == 0);
}

TEST_CASE("float16 rounds to nearest even and comes back exactly") {
  CHECK(to_half(1.0f) == 0x3C00);
  CHECK(to_half(-2.0f) == 0xC000);
  CHECK(to_half(65504.0f) == 0x7BFF);
  CHECK(to_half(65519.99f) == 0x7BFF);
  CHECK(to_half(65520.0f) == 0x7C00);  // halfway to 65536, which is not there
  CHECK(to_half(1e30f) == 0x7C00);
  CHECK(to_half(-INFINITY) == 0xFC00);
  CHECK(to_half(-0.0f) == 0x8000);
  CHECK(std::isnan(from_half(to_half(NAN))));
  // Between 1 and 1 + 2^-10 the middle goes to the even one.
  CHECK(to_half(1.0f + 0x1p-11f) == 0x3C00);
  CHECK(to_half(1.0f + 3 * 0x1p-11f) == 0x3C02);
  CHECK(to_half(1.0f + 0x1p-11f + 0x1p-20f) == 0x3C01);
  CHECK(to_half(2.0f - 0x1p-12f) == 0x4000);  // the carry runs into the exponent
  CHECK(to_half(0x1p-24f) == 0x0001);
  CHECK(to_half(0x1p-25f) == 0x0000);
  CHECK(to_half(0x1.8p-25f) == 0x0001);
  CHECK(to_half(0x1p-26f) == 0x0000);
  CHECK(to_half(0x1p-14f) == 0x0400);
  CHECK(to_half(0x1.ffcp-15f) == 0x03FF + 1);  // 1023.5 steps of 2^-24: even is the smallest normal
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const float value = from_half(static_cast<std::uint16_t>(half));
    if (std::isnan(value)) continue;
    if (to_half(value) != half) FAIL("half " << half << " came back as " << to_half(value));
  }
  // Against the definition: no other half is nearer.
  Random random(3);
  for (int i = 0; i < 20000; ++i) {
    const float value = std::ldexp(2 * random.uniform() - 1, static_cast<int>(random.below(40)) - 26);
    const std::uint16_t half = to_half(value);
    const double error = std::abs(double(from_half(half)) - value);
    for (const int step : {-1, 1}) {
      const auto neighbour = static_cast<std::uint16_t>(half + step);
      if ((half & 0x7FFF) == 0 && step == -1) continue;
      if (!(error <= std::abs(double(from_half(neighbour)) - value))) FAIL(value << " became " << half);
    }
  }
}

TEST_CASE("a float32 model comes back to the bit, with its definition and record") {
  const Net net = small_net();
  const Bytes file = save_model(net, record(), Storage::float32);
  const Model model = load_model(file.data(), file.size());
  REQUIRE(model.net->parameter_values() == net.parameter_values());
  for (std::size_t i = 0; i < net.parameter_values(); ++i) {
    CHECK(static_cast<float>(model.net->parameters()[i]) == static_cast<float>(net.parameters()[i]));
  }
  CHECK(model.record == record());
  CHECK(model.net->graph().definition().source == net.graph().definition().source);
  CHECK(model.net->graph().definition().preprocessing.mean == 0.5);
  CHECK(save_model(*model.net, model.record, Storage::float32) == file);
}

TEST_CASE("a float16 model is half as large and as near as halves can be") {
  const Net net = small_net();
  const Bytes file = save_model(net, record(), Storage::float16);
  const Model model = load_model(file.data(), file.size());
  for (const ParameterSlot& slot : net.slots()) {
    for (std::size_t i = 0; i < slot.count; ++i) {
      const auto value = static_cast<float>(net.parameters()[slot.offset + i]);
      CHECK(static_cast<float>(model.net->parameters()[slot.offset + i]) == from_half(to_half(value)));
    }
  }
  CHECK(save_model(*model.net, model.record, Storage::float16) == file);
  const Json tensor = header_of(file)["tensors"][0];
  CHECK(tensor["address"] == "c/kernel");
  CHECK(tensor["storage"] == "float16");
  CHECK(tensor["shape"] == Json({3, 3, 1, 2}));
}

TEST_CASE("an int6 model is a quarter as large, and each number within half a step of its channel") {
  const Net net = small_net();
  const Bytes file = save_model(net, record(), Storage::int6);
  const Model model = load_model(file.data(), file.size());
  for (const ParameterSlot& slot : net.slots()) {
    INFO(slot.address);
    const Real* given = net.parameters() + slot.offset;
    const Real* got = model.net->parameters() + slot.offset;
    const std::size_t last = slot.spec->shape.size() < 2 ? 1 : static_cast<std::size_t>(slot.spec->shape.back());
    for (std::size_t c = 0; c < last; ++c) {
      double most = 0;
      for (std::size_t i = c; i < slot.count; i += last) most = std::max(most, std::abs(double(given[i])));
      const double allowed = slot.spec->shape.size() < 2 ? most / 1024 : most / 31 * 0.5001;
      for (std::size_t i = c; i < slot.count; i += last) CHECK(std::abs(double(got[i]) - given[i]) <= allowed);
    }
  }
  const Json tensors = header_of(file)["tensors"];
  CHECK(tensors[0]["storage"] == "int6");
  CHECK(tensors[1]["storage"] == "float16");  // gamma has no channels to share a scale
  // What has been rounded once stays as it is, but for the last bit of a scale.
  const Bytes again = save_model(*model.net, record(), Storage::int6);
  const Model twice = load_model(again.data(), again.size());
  for (std::size_t i = 0; i < net.parameter_values(); ++i) {
    CHECK(twice.net->parameters()[i] == Approx(model.net->parameters()[i]).epsilon(1e-6));
  }
}

TEST_CASE("a channel of zeros comes back as zeros from an int6 file") {
  Net net = small_net();
  const ParameterSlot& kernel = net.slots()[0];
  const auto last = static_cast<std::size_t>(kernel.spec->shape.back());
  for (std::size_t i = 0; i < kernel.count; i += last) net.parameters()[kernel.offset + i] = 0;
  const Bytes file = save_model(net, record(), Storage::int6);
  const Model model = load_model(file.data(), file.size());
  for (std::size_t i = 0; i < kernel.count; i += last) CHECK(model.net->parameters()[kernel.offset + i] == 0);
}

TEST_CASE("a net without parameters has a file too") {
  const Net net(
      parse_definition(std::string(R"({"layers": [{"type": "input", "shape": [2, 2, 1]}, {"type": "flatten"}]})")), 1);
  const Bytes file = save_model(net, Json::object(), Storage::float32);
  CHECK(load_model(file.data(), file.size()).net->slots().empty());
}

TEST_CASE("numbers that a file cannot hold are refused when it is written") {
  Net net = small_net();
  net.parameters()[0] = Real(70000);
  CHECK_NOTHROW(save_model(net, Json::object(), Storage::float32));
  CHECK_THROWS_WITH(save_model(net, Json::object(), Storage::float16),
                    "[model file] a number of c/kernel cannot be stored as float16. Got 70000.");
  net.parameters()[0] = std::numeric_limits<Real>::quiet_NaN();
  CHECK_THROWS_AS(save_model(net, Json::object(), Storage::float32), Error);
  CHECK_THROWS_AS(save_model(small_net(), Json(), Storage::float32), Error);
}

TEST_CASE("a file cut off anywhere is refused") {
  const Bytes file = save_model(small_net(), record(), Storage::float32);
  for (std::size_t size = 0; size < file.size(); ++size) {
    const Bytes part(file.begin(),
                     file.begin() + static_cast<std::ptrdiff_t>(size));  // own memory: sanitizers see its end
    const std::string message = message_of(part);
    if (message.rfind("bad_file ", 0) != 0) FAIL("cut to " << size << ": " << message);
  }
  Bytes longer = file;
  longer.push_back(0);
  CHECK(message_of(longer).rfind("bad_file ", 0) == 0);
  longer.resize(file.size() + 64, 0);
  fix_checksum(longer);
  CHECK(message_of(longer) == "bad_file [model file] is longer than its tensors.");
}

TEST_CASE("any flipped bit is found") {
  const Bytes file = save_model(small_net(), record(), Storage::float16);
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    Bytes damaged = file;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    const std::string message = message_of(damaged);
    if (message.rfind("bad_file ", 0) != 0) FAIL("bit " << bit << ": " << message);
  }
}

TEST_CASE("damage with a checksum that fits is an error or a model, never a crash") {
  const Bytes file = save_model(small_net(), record(), Storage::float32);
  const std::size_t header_end = 16 + word(file, 12);
  Random random(11);
  int loaded = 0;
  for (int round = 0; round < 4000; ++round) {
    Bytes damaged = file;
    const std::uint32_t changes = 1 + random.below(3);
    for (std::uint32_t i = 0; i < changes; ++i) {
      const std::size_t range = random.below(4) == 0 ? file.size() - 4 : header_end;
      damaged[random.below(static_cast<std::uint32_t>(range))] = static_cast<std::uint8_t>(random.next());
    }
    if (random.below(8) == 0) damaged.resize(20 + random.below(static_cast<std::uint32_t>(file.size() - 20)));
    fix_checksum(damaged);
    if (message_of(damaged) == "loaded") ++loaded;
  }
  CHECK(loaded < 4000);
}

TEST_CASE("what is wrong with a model file is said") {
  const Bytes file = save_model(small_net(), record(), Storage::float32);
  const std::string prefix = "bad_file [model file] ";
  CHECK(message_of({}) == prefix + "is no model file.");
  CHECK(message_of({'P', 'N', 'G', 0, 0, 0, 0, 0, 0, 0, 0, 0}) == prefix + "is no model file.");

  Bytes other = file;
  put_word(other, 8, 2);
  fix_checksum(other);
  CHECK(message_of(other) == prefix + "is of version 2. This program reads up to version 1.");
  put_word(other, 8, 0);
  fix_checksum(other);
  CHECK(message_of(other) == prefix + "is damaged: there is no version 0.");

  // Lengths of the header that point out of the file.
  for (const std::uint32_t length : {0xFFFFFFFFu, 0xFFFFFFF0u, 0x7FFFFFFFu, static_cast<std::uint32_t>(file.size()),
                                     static_cast<std::uint32_t>(file.size() - 20), 0u}) {
    other = file;
    put_word(other, 12, length);
    fix_checksum(other);
    CHECK(message_of(other).rfind(prefix, 0) == 0);
  }
  CHECK(message_of(with_header(file, "{")) == prefix + "the header is no JSON.");
  CHECK(message_of(with_header(file, "[]")) == prefix + "the header must be an object.");
  CHECK(message_of(with_header(file, std::string(5000, '['))) == prefix + "the header is nested too deep.");
}

TEST_CASE("a header that does not fit its net is refused") {
  const Bytes file = save_model(small_net(), record(), Storage::float32);
  const Json good = header_of(file);
  REQUIRE(message_with(file, good) == "loaded");
  const std::string prefix = "bad_file [model file] ";
  const auto changed = [&](const char* pointer, const Json& value) {
    Json header = good;
    *find_pointer(header, pointer) = value;
    return message_with(file, header);
  };
  CHECK(changed("/tensors/0/offset", 64) == prefix + "the tensor c/kernel is at a wrong place.");
  CHECK(changed("/tensors/1/offset", 0) == prefix + "the tensor n/gamma is at a wrong place.");  // overlaps
  CHECK(changed("/tensors/1/offset", -128) == prefix + "the tensor n/gamma is at a wrong place.");
  CHECK(changed("/tensors/1/offset", 1e300) == prefix + "the tensor n/gamma is at a wrong place.");
  CHECK(changed("/tensors/0/count", 17) == prefix + "the tensor c/kernel has a wrong count.");
  CHECK(changed("/tensors/0/shape", {3, 3, 2, 1}) == prefix + "the tensor c/kernel must have the shape [3,3,1,2].");
  CHECK(changed("/tensors/0/shape", {-3, 3, -1, 2}).rfind(prefix, 0) == 0);
  CHECK(changed("/tensors/0/storage", "float64") == prefix + "the tensor c/kernel is stored in an unknown way.");
  CHECK(changed("/tensors/1/storage", "int6") == prefix + "the tensor n/gamma is stored in an unknown way.");
  CHECK(changed("/tensors/0/address", "c/bias") == prefix + "expected the tensor c/kernel. Got c/bias.");
  CHECK(changed("/tensors/0", 7) == prefix + "the list of tensors is damaged.");
  CHECK(changed("/tensors/0/address", Json()).rfind(prefix, 0) == 0);
  CHECK(changed("/tensors", Json::object()) == prefix + "\"tensors\" in the header is missing or of the wrong kind.");
  CHECK(changed("/record", 7) == prefix + "\"record\" in the header is missing or of the wrong kind.");
  CHECK(changed("/definition", "x") == prefix + "\"definition\" in the header is missing or of the wrong kind.");

  Json fewer = good;
  fewer["tensors"].erase(fewer["tensors"].size() - 1);
  CHECK(message_with(file, fewer) == prefix + "the tensor d/bias is missing.");
  Json more = good;
  more["tensors"].push_back(more["tensors"][0]);
  CHECK(message_with(file, more) == prefix + "has tensors that the net does not.");
  // Storage that makes the tensors shorter than the file holds.
  Json halves = good;
  std::size_t offset = 0;
  for (Json& tensor : halves["tensors"]) {
    tensor["storage"] = "float16";
    tensor["offset"] = offset;
    offset += (tensor["count"].get<std::size_t>() * 2 + 63) / 64 * 64;
  }
  CHECK(message_with(file, halves) == prefix + "is longer than its tensors.");

  // A net larger than the file is noticed before memory is taken for it.
  Json large = good;
  large["definition"]["layers"][4]["units"] = 1 << 20;
  large["tensors"][5]["shape"] = {32, 1 << 20};
  large["tensors"][5]["count"] = 32 << 20;
  CHECK(message_with(file, large) == prefix + "is shorter than its tensors.");
  // A fault of the definition is told as such, with its place.
  CHECK(changed("/definition/layers/1/kernel", 9).find("(at /layers/1") != std::string::npos);
}

TEST_CASE("weights that are no numbers are refused") {
  Bytes file = save_model(small_net(), record(), Storage::float32);
  const std::size_t data = (16 + word(file, 12) + 63) / 64 * 64;
  put_word(file, data, 0x7FC00000u);
  fix_checksum(file);
  CHECK(message_of(file) == "bad_file [model file] a number of c/kernel is not finite.");
}
