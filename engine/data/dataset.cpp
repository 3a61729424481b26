#include "engine/data/dataset.h"

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

#include "engine/core/error.h"

namespace cnn {

namespace {

constexpr std::uint32_t kGrayImages = 0x00000803;     // unsigned bytes, 3 extents: N, H, W
constexpr std::uint32_t kChannelImages = 0x00000804;  // 4 extents: N, H, W, C
constexpr std::uint32_t kLabels = 0x00000801;         // 1 extent: N

template <class... Values>
[[noreturn]] void refuse(const char* pattern, const Values&... values) {
  fail(ErrorCode::bad_file, "data set", pattern, values...);
}

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 | std::uint32_t(bytes[2]) << 8 | bytes[3];
}

// a·b, or the largest number when that does not fit: no file is as long.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  return a != 0 && b > kMost / a ? kMost : a * b;
}

std::string hexadecimal(std::uint32_t value) {
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[value >> shift & 15];
  return text;
}

std::string extents(std::uint32_t h, std::uint32_t w, std::uint32_t c) { return compose("{}x{}x{}", h, w, c); }

struct IdxImages {
  std::uint32_t count = 0;
  std::uint32_t h = 0, w = 0, c = 1;
  const std::uint8_t* pixels = nullptr;
  std::uint64_t bytes = 0;   // of pixels
  std::size_t header = 0;
};

// The header of an image file; `size` may go on after it. The body has not been compared with `size` yet.
IdxImages read_image_header(const std::uint8_t* bytes, std::size_t size) {
  if (size < 4) refuse("the image file is cut off. Got {} bytes.", size);
  const std::uint32_t magic = big_endian(bytes);
  if (magic != kGrayImages && magic != kChannelImages) {
    refuse("is no idx image file: it must begin with 0x00000803 or 0x00000804. Got {}.", hexadecimal(magic));
  }
  IdxImages images;
  images.header = magic == kGrayImages ? 16 : 20;
  if (size < images.header) refuse("the image file is cut off. Got {} bytes.", size);
  images.count = big_endian(bytes + 4);
  images.h = big_endian(bytes + 8);
  images.w = big_endian(bytes + 12);
  if (magic == kChannelImages) images.c = big_endian(bytes + 16);
  images.bytes = product(product(product(images.count, images.h), images.w), images.c);
  images.pixels = bytes + images.header;
  return images;
}

void check_body(const char* what, std::uint64_t wanted, std::uint64_t has, bool may_go_on) {
  if (has < wanted) {
    refuse("the {} file is cut off. It promises {} bytes, but has {}.", what, wanted, has);
  }
  if (has > wanted && !may_go_on) {
    refuse("the {} file is too long. It promises {} bytes, but has {}.", what, wanted, has);
  }
}

// The labels behind a checked header; their file must end with them.
const std::uint8_t* read_labels(const std::uint8_t* bytes, std::size_t size, std::uint32_t images) {
  if (size < 8) refuse("the label file is cut off. Got {} bytes.", size);
  const std::uint32_t magic = big_endian(bytes);
  if (magic != kLabels) {
    refuse("is no idx label file: it must begin with 0x00000801. Got {}.", hexadecimal(magic));
  }
  const std::uint32_t count = big_endian(bytes + 4);
  check_body("label", count, size - 8, false);
  if (count != images) {
    refuse("images and labels differ in number. Got {} images, {} labels.", images, count);
  }
  return bytes + 8;
}

void check_shape(const IdxImages& images, const Shape& shape) {
  if (images.h == std::uint32_t(shape.h) && images.w == std::uint32_t(shape.w) && images.c == std::uint32_t(shape.c)) {
    return;
  }
  refuse("the images have another shape than the set. Got {}, the set has {}.", extents(images.h, images.w, images.c),
         extents(shape.h, shape.w, shape.c));
}

}  // namespace

Dataset::Dataset(const Shape& shape, int classes, std::size_t expected)
    : shape_(shape), classes_(classes), expected_(expected) {
  constexpr int kMostExtent = 4096;
  const auto extent = [](int value) { return value >= 1 && value <= kMostExtent; };
  if (!extent(shape.h) || !extent(shape.w) || !extent(shape.c)) {
    fail(ErrorCode::invalid_value, "data set", "the shape must have extents between 1 and 4096. Got {}x{}x{}.", shape.h,
         shape.w, shape.c);
  }
  if (classes < 1 || classes > 256) {
    fail(ErrorCode::invalid_value, "data set", "classes must be between 1 and 256. Got {}.", classes);
  }
  if (expected > std::numeric_limits<std::uint32_t>::max()) {
    fail(ErrorCode::invalid_value, "data set", "a set has at most 4294967295 images. Got {}.", expected);
  }
}

void Dataset::append(const std::uint8_t* idx, std::size_t size) {
  const IdxImages images = read_image_header(idx, size);
  check_shape(images, shape_);
  check_body("image", images.bytes, size - images.header, true);
  const std::size_t image_bytes = images.header + static_cast<std::size_t>(images.bytes);
  const std::uint8_t* labels = read_labels(idx + image_bytes, size - image_bytes, images.count);
  append_raw(images.pixels, labels, images.count);
}

void Dataset::append(const std::uint8_t* images, std::size_t image_bytes, const std::uint8_t* labels,
                     std::size_t label_bytes) {
  const IdxImages header = read_image_header(images, image_bytes);
  check_shape(header, shape_);
  check_body("image", header.bytes, image_bytes - header.header, false);
  append_raw(header.pixels, read_labels(labels, label_bytes, header.count), header.count);
}

void Dataset::append_raw(const std::uint8_t* pixels, const std::uint8_t* labels, std::size_t count) {
  if (count == 0) refuse("a part holds no images.");
  for (std::size_t i = 0; i < count; ++i) {
    if (labels[i] < classes_) continue;
    refuse("label {} is outside the classes. Got {} of {} classes.", i, labels[i], classes_);
  }
  const std::size_t whole = size() + count;
  if (expected_ > 0 && whole > expected_) {
    refuse("more images than the set shall have. Got {} of {}.", whole, expected_);
  }
  // All memory first, so that nothing has changed when there is not enough; for the whole set at once where its size is
  // known, because growing by copies would need it twice.
  const auto reserve = [](auto& list, std::size_t needed, std::size_t wish) {
    if (list.capacity() < needed) list.reserve(std::max({needed, wish, list.capacity() * 2}));
  };
  try {
    const std::size_t wish = std::max(whole, expected_);
    reserve(pixels_, whole * shape_.size(), wish * shape_.size());
    reserve(labels_, whole, wish);
    reserve(parts_, parts_.size() + 1, 16);
  } catch (const std::exception&) {  // bad_alloc or length_error
    fail(ErrorCode::out_of_memory, "data set", "could not get the memory for {} images of {}.",
         std::max(whole, expected_), shape_);
  }
  parts_.push_back(size());
  pixels_.insert(pixels_.end(), pixels, pixels + count * shape_.size());
  labels_.insert(labels_.end(), labels, labels + count);
}

std::size_t Dataset::expected() const { return std::max(expected_, size()); }

}  // namespace cnn
