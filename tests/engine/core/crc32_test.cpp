#include "engine/core/crc32.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace cnn;

namespace {

std::uint32_t crc_of(const std::string& text) {
  return crc32(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

TEST_CASE("crc32: the check values everybody publishes") {
  CHECK(crc_of("123456789") == 0xCBF43926u);
  CHECK(crc_of("") == 0u);
  CHECK(crc_of("The quick brown fox jumps over the lazy dog") == 0x414FA339u);
}

TEST_CASE("crc32: every flipped bit is noticed") {
  std::string text = "a small message";
  const std::uint32_t good = crc_of(text);
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    text[bit / 8] ^= static_cast<char>(1 << bit % 8);
    CHECK(crc_of(text) != good);
    text[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
}
