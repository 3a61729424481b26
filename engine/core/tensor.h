#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "engine/core/error.h"

namespace cnn {

// Layouts, stated once for the whole engine:
//   activations and their gradients   [N, H, W, C]           channels fastest; a vector is [N, C]
//   convolution kernels               [kh, kw, C/groups, O]  a row-major (kh·kw·C/groups) × O matrix
//   dense kernels                     [I, O]
//   per-channel parameters            [C]

// Every buffer starts on this boundary, so that vector loads of any architecture may be aligned.
constexpr std::size_t kAlignment = 64;

// Rounds a count of elements of T up so that the next piece of an arena starts aligned again.
template <class T>
constexpr std::size_t aligned_count(std::size_t count) {
  constexpr std::size_t step = kAlignment / sizeof(T);
  return (count + step - 1) / step * step;
}

// A fixed number of zero-initialised, aligned values. Move-only; allocation failure is an Error (out_of_memory).
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t count) : count_(count) {
    if (count == 0) return;
    // One failed allocation must not take the page down: ask without throwing, then say what was asked for.
    // (More bytes than an address can count would come out as a small number.)
    if (count <= static_cast<std::size_t>(-1) / 2 / sizeof(T)) {
      data_ = static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t(kAlignment), std::nothrow));
    }
    if (data_ == nullptr) {
      fail(ErrorCode::out_of_memory, "memory", "could not get {} MB.",
           static_cast<std::uint64_t>(count) * sizeof(T) / 1000000 + 1);
    }
    std::memset(static_cast<void*>(data_), 0, count * sizeof(T));
  }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { ::operator delete(data_, std::align_val_t(kAlignment)); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return count_; }
  T* begin() { return data_; }
  T* end() { return data_ + count_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + count_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  void fill_zero() {
    if (count_ > 0) std::memset(static_cast<void*>(data_), 0, count_ * sizeof(T));
  }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
  }

  T* data_ = nullptr;
  std::size_t count_ = 0;
};

// A borrowed run of values: (pointer, count) with bounds kept together. Never owns.
template <class T>
struct Span {
  T* data = nullptr;
  std::size_t size = 0;

  T& operator[](std::size_t i) const { return data[i]; }
  T* begin() const { return data; }
  T* end() const { return data + size; }
};

}  // namespace cnn
