// The table of broken definitions, tests/golden/errors.json, which the tests in JavaScript read as well.

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "engine/graph/graph.h"
#include "tests/engine/core/expect_error.h"
#include "tests/engine/definition/json_files.h"

using namespace cnn;
using namespace cnn::test;

TEST_CASE("errors: every broken definition gives the sentence of the table") {
  const Json table = read_repository_json("tests/golden/errors.json");
  REQUIRE(table.size() >= 110);
  std::set<std::string> names;
  for (const Json& entry : table) {
    const std::string name = entry.at("name").get<std::string>();
    INFO(name);
    CHECK(names.insert(name).second);
    const Json& definition = entry.at("definition");
    const std::string text = definition.is_string() ? definition.get<std::string>() : definition.dump();
    const Error e = error_of([&] { Graph graph(parse_definition(text)); });
    CHECK(error_code_name(e.code()) == entry.at("code").get<std::string>());
    CHECK(e.path() == entry.at("path").get<std::string>());
    CHECK(e.what() == entry.at("text").get<std::string>());
  }
}

TEST_CASE("errors: a path leads to a place in the author's text, or to a key that is missing there") {
  Json table = read_repository_json("tests/golden/errors.json");
  REQUIRE(table.is_array());
  for (Json& entry : table) {
    if (entry["definition"].is_string()) continue;
    INFO(entry["name"]);
    CHECK(find_pointer(entry["definition"], entry["path"].get<std::string>()) != nullptr);
  }
}
