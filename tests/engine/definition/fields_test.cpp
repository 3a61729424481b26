#include "engine/definition/fields.h"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/core/expect_error.h"

using namespace cnn;
using namespace cnn::test;

namespace {

enum class Colour { red, green };

struct Everything {
  int whole = 3;
  double number = 0.5;
  bool flag = false;
  std::string text = "a";
  Extent2 extent{2, 2};
  Padding padding;
  std::vector<int> list = {1};
  Colour colour = Colour::green;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("whole", self.whole, Field().required().between(1, 9));
    visit("number", self.number, Field().between(-1, std::numeric_limits<double>::infinity()));
    visit("flag", self.flag);
    visit("text", self.text);
    visit("extent", self.extent, Field().between(1, 8));
    visit("padding", self.padding);
    visit("list", self.list, Field().between(0, 5));
    visit("colour", self.colour);
  }
};

Everything read(const std::string& text) {
  Everything values;
  read_fields(Json::parse(text), "thing", "/here", {"also"}, values);
  return values;
}

}  // namespace

template <>
struct cnn::EnumNames<Colour> {
  static constexpr const char* names[] = {"red", "green"};
};

TEST_CASE("fields: read over the defaults") {
  const Everything few = read(R"({"whole": 4, "also": [1, 2]})");
  CHECK(few.whole == 4);
  CHECK(few.number == 0.5);
  CHECK(few.colour == Colour::green);
  const Everything all = read(R"({"whole": 1e0, "number": -1, "flag": true, "text": "ü", "extent": [1, 8],
    "padding": [1, 2, 3, 4], "list": [], "colour": "red"})");
  CHECK(all.whole == 1);
  CHECK(all.number == -1);
  CHECK(all.flag);
  CHECK(all.text == "ü");
  CHECK(all.extent.h == 1);
  CHECK(all.extent.w == 8);
  CHECK(all.padding.kind == Padding::Kind::sides);
  CHECK(all.padding.right == 4);
  CHECK(all.list.empty());
  CHECK(all.colour == Colour::red);
}

TEST_CASE("fields: padding in all its forms, written in the shortest") {
  const auto written = [](const char* value) {
    return write_fields(read(std::string(R"({"whole": 1, "padding": )") + value + "}")).at("padding").dump();
  };
  CHECK(written("\"same\"") == "\"same\"");
  CHECK(written("\"valid\"") == "\"valid\"");
  CHECK(written("\"full\"") == "\"full\"");
  CHECK(written("2") == "2");
  CHECK(written("[2, 2, 2, 2]") == "2");
  CHECK(written("[1, 0, 2, 0]") == "[1,0,2,0]");
}

TEST_CASE("fields: written and read back they are the same") {
  const Everything values = read(R"({"whole": 9, "number": 0.1, "extent": [3, 4], "padding": "full", "list": [5, 0]})");
  const Json json = write_fields(values);
  CHECK(json.dump() == R"({"whole":9,"number":0.1,"flag":false,"text":"a","extent":[3,4],"padding":"full",)"
                       R"("list":[5,0],"colour":"green"})");
  CHECK(write_fields(read(json.dump())) == json);
}

TEST_CASE("fields: the description says what a form needs") {
  const Json list = describe_fields<Everything>();
  CHECK(list.size() == 8);
  CHECK(list[0].dump() == R"({"key":"whole","kind":"integer","required":true,"least":1,"most":9})");
  CHECK(list[1].dump() == R"({"key":"number","kind":"number","default":0.5,"least":-1})");
  CHECK(list[4].dump() == R"({"key":"extent","kind":"extent","default":2,"least":1,"most":8})");
  CHECK(list[7].dump() == R"({"key":"colour","kind":"choice","choices":["red","green"],"default":"green"})");
}

TEST_CASE("fields: every refusal names what was expected, what was there, and where") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "[thing] \"whole\" is missing. (at /here)"},
      {R"([])", "[thing] must be an object {…}. Got []. (at /here)"},
      {R"({"whole": 0})", "[thing] whole must be between 1 and 9. Got 0. (at /here/whole)"},
      {R"({"whole": 1.5})", "[thing] whole must be a whole number. Got 1.5. (at /here/whole)"},
      {R"({"whole": 1e300})", "[thing] whole must be a whole number. Got 1e+300. (at /here/whole)"},
      {R"({"whole": 18446744073709551615})",
       "[thing] whole must be a whole number. Got 1.8446744073709552e+19. (at /here/whole)"},
      {R"({"whole": "3"})", "[thing] whole must be a whole number. Got \"3\". (at /here/whole)"},
      {R"({"whole": 1, "number": -2})", "[thing] number must be at least -1. Got -2. (at /here/number)"},
      {R"({"whole": 1, "number": [1]})", "[thing] number must be a number. Got [1]. (at /here/number)"},
      {R"({"whole": 1, "flag": 0})", "[thing] flag must be true or false. Got 0. (at /here/flag)"},
      {R"({"whole": 1, "text": null})", "[thing] text must be a text. Got null. (at /here/text)"},
      {R"({"whole": 1, "extent": [1]})",
       "[thing] extent must be a whole number or [height, width]. Got [1]. (at /here/extent)"},
      {R"({"whole": 1, "extent": [1, 9]})", "[thing] extent must be between 1 and 8. Got [1,9]. (at /here/extent)"},
      {R"({"whole": 1, "padding": "some"})",
       "[thing] padding must be \"same\", \"valid\", \"full\", a whole number or [top, bottom, left, right] up to "
       "1024. "
       "Got \"some\". (at /here/padding)"},
      {R"({"whole": 1, "padding": [0, 0, 0, 1025]})",
       "[thing] padding must be \"same\", \"valid\", \"full\", a whole number or [top, bottom, left, right] up to "
       "1024. "
       "Got [0,0,0,1025]. (at /here/padding)"},
      {R"({"whole": 1, "list": [6]})", "[thing] list must be between 0 and 5. Got [6]. (at /here/list)"},
      {R"({"whole": 1, "list": 1})", "[thing] list must be a list of whole numbers. Got 1. (at /here/list)"},
      {R"({"whole": 1, "colour": "blue"})",
       "[thing] colour must be one of \"red\", \"green\". Got \"blue\". (at /here/colour)"},
      {R"({"whole": 1, "colour": 0})", "[thing] colour must be one of \"red\", \"green\". Got 0. (at /here/colour)"},
      {R"({"whole": 1, "exten": 1})", "[thing] unknown key \"exten\". Did you mean \"extent\"? (at /here/exten)"},
      {R"({"whole": 1, "zzzzzz": 1})", "[thing] unknown key \"zzzzzz\". (at /here/zzzzzz)"},
      {R"({"whole": {"a": "a very long value that nobody wants to read to its very end"}})",
       "[thing] whole must be a whole number. Got {\"a\":\"a very long value that nobody wants to read to its .... "
       "(at /here/whole)"},
  };
  for (const auto& c : cases) {
    INFO(c.first);
    CHECK(std::string(error_of([&] { read(c.first); }).what()) == c.second);
  }
  Json json;
  json["whole"] = 1;
  json["number"] = std::numeric_limits<double>::infinity();
  Everything values;
  CHECK(std::string(error_of([&] { read_fields(json, "thing", "", {}, values); }).what()) ==
        "[thing] number must be a finite number. Got null. (at /number)");
}

TEST_CASE("nearest name: one that was likely meant, or none") {
  const std::vector<std::string> names = {"conv2d", "dense", "softmax", "relu"};
  CHECK(nearest_name("conv2D", names) == "conv2d");
  CHECK(nearest_name("sotfmax", names) == "softmax");
  CHECK(nearest_name("dens", names) == "dense");
  CHECK(nearest_name("Relu", names) == "relu");
  CHECK(nearest_name("transformer", names) == "");
  CHECK(nearest_name("", names) == "");
  CHECK(nearest_name("x", {}) == "");
}
