#include "engine/cli/picture_file.h"

#include <png.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/cli/files.h"
#include "engine/core/error.h"

namespace cnn::cli {

namespace {

constexpr std::uint32_t kMaxExtent = 16384;
constexpr std::uint64_t kMaxPixels = 1u << 26;

[[noreturn]] void refuse(const std::string& path, const std::string& message) {
  throw Error(ErrorCode::bad_file, "", path + ": " + message);
}

void check_extents(const std::string& path, std::uint64_t w, std::uint64_t h) {
  if (w >= 1 && h >= 1 && w <= kMaxExtent && h <= kMaxExtent && w * h <= kMaxPixels) return;
  refuse(path, "must have 1 to 16384 pixels each way and at most 67 million in all. Got " + std::to_string(w) + "x" +
                   std::to_string(h) + ".");
}

Picture blank(std::uint64_t h, std::uint64_t w) {
  Picture picture;
  picture.h = static_cast<int>(h);
  picture.w = static_cast<int>(w);
  picture.pixels.resize(h * w);
  return picture;
}

Picture read_png(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  struct Release {
    png_image& image;
    ~Release() { png_image_free(&image); }
  } release{image};
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
    refuse(path, std::string("is no PNG that can be read: ") + image.message + ".");
  }
  check_extents(path, image.width, image.height);
  image.format = PNG_FORMAT_GA;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  // A warning means that the end is missing or damaged, too: libpng then goes on with what there is.
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0 || image.warning_or_error != 0) {
    refuse(path, std::string("is a damaged PNG: ") + image.message + ".");
  }

  // Black ink on nothing wants white paper, white ink on nothing black.
  Picture picture = blank(image.height, image.width);
  double alpha_sum = 0, grey_sum = 0;
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    alpha_sum += pixels[2 * i + 1];
    grey_sum += static_cast<double>(pixels[2 * i]) * pixels[2 * i + 1] / 255;
  }
  const float paper = grey_sum < alpha_sum / 2 ? 1.0f : 0.0f;
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    const float alpha = static_cast<float>(pixels[2 * i + 1]) / 255;
    picture.pixels[i] = static_cast<float>(pixels[2 * i]) / 255 * alpha + paper * (1 - alpha);
  }
  return picture;
}

// The header of a PGM: numbers between blanks and comments.
class PgmReader {
 public:
  PgmReader(const std::string& path, const std::vector<std::uint8_t>& bytes) : path_(path), bytes_(bytes) {}

  Picture read() {
    const bool text = bytes_[1] == '2';
    at_ = 2;
    const std::uint32_t w = number();
    const std::uint32_t h = number();
    const std::uint32_t most = number();
    check_extents(path_, w, h);
    if (most < 1 || most > 65535) refuse(path_, "is no PGM: its white must be 1 to 65535.");
    if (!text) ++at_;  // exactly one blank before the pixels
    const std::size_t each = most > 255 ? 2 : 1;
    if (!text && (at_ > bytes_.size() || bytes_.size() - at_ < std::size_t(w) * h * each)) refuse(path_, "is cut off.");
    Picture picture = blank(h, w);
    for (float& pixel : picture.pixels) {
      std::uint32_t value = 0;
      if (text) {
        value = number();
      } else {
        for (std::size_t i = 0; i < each; ++i) value = value << 8 | bytes_[at_++];
      }
      if (value > most) refuse(path_, "has a pixel brighter than its white.");
      pixel = static_cast<float>(value) / static_cast<float>(most);
    }
    return picture;
  }

 private:
  std::uint32_t number() {
    const auto blank_at = [this] { return std::strchr(" \t\r\n\v\f", bytes_[at_]) != nullptr && bytes_[at_] != 0; };
    while (at_ < bytes_.size() && (blank_at() || bytes_[at_] == '#')) {
      if (bytes_[at_] == '#') {
        while (at_ < bytes_.size() && bytes_[at_] != '\n') ++at_;
      } else {
        ++at_;
      }
    }
    std::uint32_t value = 0;
    const std::size_t start = at_;
    for (; at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '9' && at_ - start < 9; ++at_) {
      value = value * 10 + (bytes_[at_] - '0');
    }
    if (at_ == start) refuse(path_, at_ < bytes_.size() ? "is no PGM: a number was expected." : "is cut off.");
    return value;
  }

  const std::string& path_;
  const std::vector<std::uint8_t>& bytes_;
  std::size_t at_ = 0;
};

}  // namespace

Picture read_picture(const std::string& path) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  if (bytes.size() >= 8 && png_sig_cmp(bytes.data(), 0, 8) == 0) return read_png(path, bytes);
  if (bytes.size() >= 3 && bytes[0] == 'P' && (bytes[1] == '2' || bytes[1] == '5'))
    return PgmReader(path, bytes).read();
  refuse(path, "is neither PNG nor PGM (P2 or P5).");
}

}  // namespace cnn::cli
