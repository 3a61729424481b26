#pragma once

#include <cstdint>
#include <vector>

namespace cnn::test {

using Bytes = std::vector<std::uint8_t>;

inline void put_u32(Bytes& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

// An idx file written by its own rules: magic, extents, bytes.
inline Bytes idx_file(std::uint32_t magic, const std::vector<std::uint32_t>& extents, const Bytes& body) {
  Bytes bytes;
  put_u32(bytes, magic);
  for (const std::uint32_t extent : extents) put_u32(bytes, extent);
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

inline Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace cnn::test
