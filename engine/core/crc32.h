#pragma once

#include <cstddef>
#include <cstdint>

namespace cnn {

// CRC-32 as of ISO 3309 and zip (polynomial 0xEDB88320, reflected): crc32("123456789") = 0xCBF43926.
std::uint32_t crc32(const std::uint8_t* bytes, std::size_t size);

}  // namespace cnn
