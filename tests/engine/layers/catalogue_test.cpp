#include <set>

#include "tests/engine/layers/layer_check.h"

using namespace cnn;

// A layer that is known but not tested fails here.
TEST_CASE("every layer of the catalogue has its five cases") {
  std::set<std::string> cases;
  for (const Catch::TestCase& test : Catch::getRegistryHub().getTestCaseRegistry().getAllTests()) {
    cases.insert(test.name);
  }
  for (const LayerType& type : layer_types()) {
    for (const char* name : {"shape", "forward matches literals", "vectorised matches reference",
                             "gradient matches finite differences", "definition round trip"}) {
      const std::string wanted = std::string(type.name) + ": " + name;
      INFO(wanted);
      CHECK(cases.count(wanted) == 1);
    }
  }
}

TEST_CASE("the catalogue finds each layer by its name, and no other") {
  std::set<std::string> names;
  for (const LayerType& type : layer_types()) {
    CHECK(names.insert(type.name).second);
    CHECK(find_layer_type(type.name) == &type);
    CHECK(std::string(role_name(type.role)) != "");
    CHECK(type.describe().is_array());
  }
  CHECK(find_layer_type("conv") == nullptr);
  CHECK(find_layer_type("") == nullptr);
}
