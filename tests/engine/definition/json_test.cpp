#include "engine/definition/json.h"

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/core/random.h"
#include "tests/engine/core/expect_error.h"

using namespace cnn;
using cnn::test::error_of;
// The oracle: a reader and writer of long standing.
using Other = nlohmann::ordered_json;

namespace {

std::string error_in(const std::string& text) {
  return error_of([&] { Json::parse(text); }).message();
}

class Author {
 public:
  explicit Author(std::uint64_t seed) : random_(seed) {}

  Other value(int depth) {
    switch (random_.below(depth > 4 ? 5 : 7)) {
      case 0:
        return nullptr;
      case 1:
        return random_.below(2) == 0;
      case 2:
        return static_cast<int>(random_.below(2000)) - 1000;
      case 3:
        return (random_.uniform() - 0.5) * std::pow(10.0, static_cast<int>(random_.below(40)) - 20);
      case 4:
        return text();
      case 5: {
        Other list = Other::array();
        for (std::uint32_t i = random_.below(5); i > 0; --i) list.push_back(value(depth + 1));
        return list;
      }
      default: {
        Other object = Other::object();
        for (std::uint32_t i = random_.below(5); i > 0; --i) object[text()] = value(depth + 1);
        return object;
      }
    }
  }

 private:
  std::string text() {
    static const char* const kParts[] = {"a", "Б", "☃", "😀", "\"", "\\", "/", "\n", "\t", "\x01", " ", "{}"};
    std::string text;
    for (std::uint32_t i = random_.below(6); i > 0; --i) text += kParts[random_.below(12)];
    return text;
  }

  Random random_;
};

}  // namespace

TEST_CASE("json: made and read in code") {
  Json json;
  CHECK(json.is_null());
  json["b"] = 1;
  json["a"]["inner"] = "x";
  json["list"].push_back(true);
  json["list"].push_back(nullptr);
  json["numbers"] = std::vector<int>{1, 2};
  CHECK(json.dump() == R"({"b":1,"a":{"inner":"x"},"list":[true,null],"numbers":[1,2]})");
  CHECK(json.size() == 4);
  CHECK(json["numbers"].get<std::vector<int>>() == std::vector<int>{1, 2});
  CHECK(json.contains("a"));
  CHECK(json.find("c") == json.end());
  json.erase("a");
  json.erase("none");
  CHECK(json == Json{{"b", 1}, {"list", Json{true, nullptr}}, {"numbers", {1, 2}}});
  CHECK(json != Json::object());
  json.update(Json{{"b", 2}, {"new", 0.5}});
  CHECK(json["b"].get<double>() == 2);
  std::string keys;
  for (const auto& item : json.items()) keys += item.key() + "=" + item.value().dump() + " ";
  CHECK(keys == "b=2 list=[true,null] numbers=[1,2] new=0.5 ");
}

TEST_CASE("json: asked for what it is not, it says so") {
  const Json json = Json::parse(R"({"a": [1]})");
  CHECK(error_of([&] { json["b"]; }).message() == "has no \"b\".");
  CHECK(error_of([&] { json["a"][1]; }).message() == "has 1 items. Asked for 1.");
  CHECK(error_of([&] { json["a"].get<int>(); }).message() == "[1] is of another kind.");
  CHECK(error_of([] { Json("text")["a"] = 1; }).message() == "\"text\" is no object.");
}

TEST_CASE("json: what is written is read by another library, and the other way round") {
  Author author(5);
  for (int i = 0; i < 500; ++i) {
    const Other other = author.value(0);
    INFO(other.dump());
    const Json json = Json::parse(other.dump());
    CHECK(Other::parse(json.dump()) == other);
    CHECK(Json::parse(other.dump(2, ' ', true)) == json);  // with line breaks, and \u1234 for every foreign letter
    CHECK(Json::parse(json.dump()) == json);
  }
}

TEST_CASE("json: what the other library refuses is refused, at a place") {
  Author author(6);
  Random random(7);
  const char* const snippets[] = {"\"", "{", "]", ",", "\\", "\\ud800", "1e", "-", "nul", "\xFF", "\xC3"};
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string text = author.value(0).dump();
    text.insert(random.below(static_cast<std::uint32_t>(text.size()) + 1), snippets[random.below(11)]);
    INFO(text);
    if (Other::accept(text)) {
      CHECK_NOTHROW(Json::parse(text));
    } else {
      const std::string error = error_in(text);
      CHECK((error.rfind("is no JSON: unexpected ", 0) == 0 || error == "has a number that is out of range."));
      ++refused;
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("json: the place of a fault") {
  CHECK(error_in("") == "is no JSON: unexpected end in line 1, column 1.");
  CHECK(error_in("{\n \"a\": }") == "is no JSON: unexpected character in line 2, column 7.");
  CHECK(error_in("[1, 2") == "is no JSON: unexpected end in line 1, column 6.");
  CHECK(error_in("[1] x") == "is no JSON: unexpected character in line 1, column 5.");
  CHECK(error_in("1e999") == "has a number that is out of range.");
  CHECK(Json::parse("\xEF\xBB\xBF[1]") == Json::array({1}));
}

TEST_CASE("json: depth is bounded") {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') + "1" +
           std::string(static_cast<std::size_t>(levels), ']');
  };
  CHECK_NOTHROW(Json::parse(nested(kMaxJsonDepth)));
  CHECK(error_in(nested(kMaxJsonDepth + 1)) == "nested deeper than 64 levels.");
  CHECK(error_in(std::string(1000000, '[')) == "nested deeper than 64 levels.");
}

TEST_CASE("json: written as text that every reader takes") {
  CHECK(Json("\xC3(\xF0\x9F\x98").dump() == "\"\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(Json("\x1F\x7F/").dump() == "\"\\u001f\x7F/\"");
  CHECK(Json(std::numeric_limits<double>::infinity()).dump() == "null");
  CHECK(Json(-2147483648.0).dump() == "-2147483648");
}
