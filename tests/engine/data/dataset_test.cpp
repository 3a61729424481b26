#include "engine/data/dataset.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/engine/core/expect_error.h"
#include "tests/engine/data/idx_bytes.h"

using namespace cnn;
using namespace cnn::test;

namespace {

const Shape kTiny{2, 3, 1};
const Bytes kPixels = {1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255};
const Bytes kTwoLabels = {7, 9};

Bytes images() { return idx_file(0x803, {2, 2, 3}, kPixels); }
Bytes labels() { return idx_file(0x801, {2}, kTwoLabels); }

void append(Dataset& data, const Bytes& part) { data.append(part.data(), part.size()); }
void append(Dataset& data, const Bytes& a, const Bytes& b) { data.append(a.data(), a.size(), b.data(), b.size()); }

void check_two(const Dataset& data) {
  REQUIRE(data.size() == 2);
  CHECK(Bytes(data.image(0), data.image(0) + 6) == Bytes(kPixels.begin(), kPixels.begin() + 6));
  CHECK(Bytes(data.image(1), data.image(1) + 6) == Bytes(kPixels.begin() + 6, kPixels.end()));
  CHECK(data.label(0) == 7);
  CHECK(data.label(1) == 9);
}

}  // namespace

TEST_CASE("data set: one part holds images and labels, or two files do") {
  Dataset joint(kTiny, 10, 0);
  append(joint, joined(images(), labels()));
  check_two(joint);
  Dataset apart(kTiny, 10, 0);
  append(apart, images(), labels());
  check_two(apart);
  Dataset raw(kTiny, 10, 0);
  raw.append_raw(kPixels.data(), kTwoLabels.data(), 2);
  check_two(raw);
}

TEST_CASE("data set: colours come with channels last") {
  Dataset data({1, 2, 3}, 2, 0);
  append(data, joined(idx_file(0x804, {1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}), idx_file(0x801, {1}, {1})));
  REQUIRE(data.size() == 1);
  CHECK(data.image(0)[4] == 5);
}

TEST_CASE("data set: grows part by part, and what is in it stays where it is") {
  Dataset data(kTiny, 10, 6);
  CHECK(data.size() == 0);
  CHECK(data.expected() == 6);
  CHECK_FALSE(data.complete());
  for (int part = 0; part < 3; ++part) append(data, joined(images(), labels()));
  CHECK(data.complete());
  CHECK(data.parts() == std::vector<std::size_t>{0, 2, 4});
  CHECK(data.label(5) == 9);
  CHECK(data.image(4)[0] == 1);

  Dataset unknown(kTiny, 10, 0);
  CHECK(unknown.complete());
  append(unknown, images(), labels());
  CHECK(unknown.expected() == 2);
  CHECK(unknown.complete());
}

TEST_CASE("data set: damaged files are refused and change nothing") {
  struct Case {
    const char* name;
    Bytes part;
    const char* text;
  };
  Bytes cut_pixels = images();
  cut_pixels.pop_back();
  Bytes cut_labels = joined(images(), labels());
  cut_labels.pop_back();
  Bytes too_long = joined(images(), labels());
  too_long.push_back(0);
  const std::vector<Case> cases = {
      {"empty", {}, "the image file is cut off. Got 0 bytes."},
      {"three bytes", {0, 0, 8}, "the image file is cut off. Got 3 bytes."},
      {"header only begun", {0, 0, 8, 3, 0, 0, 0, 2}, "the image file is cut off. Got 8 bytes."},
      {"another format", {0x89, 'P', 'N', 'G', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
       "is no idx image file: it must begin with 0x00000803 or 0x00000804. Got 0x89504e47."},
      {"labels first", joined(labels(), images()),
       "is no idx image file: it must begin with 0x00000803 or 0x00000804. Got 0x00000801."},
      {"pixels cut off", cut_pixels, "the image file is cut off. It promises 12 bytes, but has 11."},
      {"no labels", images(), "the label file is cut off. Got 0 bytes."},
      {"labels cut off", cut_labels, "the label file is cut off. It promises 2 bytes, but has 1."},
      {"one byte more", too_long, "the label file is too long. It promises 2 bytes, but has 3."},
      {"labels with a wrong magic", joined(images(), idx_file(0x802, {2}, {1, 2})),
       "is no idx label file: it must begin with 0x00000801. Got 0x00000802."},
      {"more images than labels", joined(images(), idx_file(0x801, {1}, {1})),
       "images and labels differ in number. Got 2 images, 1 labels."},
      {"a class too many", joined(images(), idx_file(0x801, {2}, {1, 10})),
       "label 1 is outside the classes. Got 10 of 10 classes."},
      {"transposed", joined(idx_file(0x803, {2, 3, 2}, kPixels), labels()),
       "the images have another shape than the set. Got 3x2x1, the set has 2x3x1."},
      {"with channels", joined(idx_file(0x804, {2, 2, 1, 3}, kPixels), labels()),
       "the images have another shape than the set. Got 2x1x3, the set has 2x3x1."},
      {"no images", joined(idx_file(0x803, {0, 2, 3}, {}), idx_file(0x801, {0}, {})), "a part holds no images."},
      {"promises 25 gigabytes", joined(idx_file(0x803, {0xFFFFFFFF, 2, 3}, kPixels), labels()),
       "the image file is cut off. It promises 25769803770 bytes, but has 22."},
      {"sizes whose product overflows", idx_file(0x804, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, kPixels),
       "the images have another shape than the set. Got 4294967295x4294967295x4294967295, the set has 2x3x1."},
  };
  Dataset data(kTiny, 10, 0);
  append(data, images(), labels());
  for (const Case& c : cases) {
    INFO(c.name);
    expect_error([&] { append(data, c.part); }, ErrorCode::bad_file, std::string("[data set] ") + c.text);
    check_two(data);
    CHECK(data.parts().size() == 1);
  }
}

TEST_CASE("data set: two files are each checked to their end") {
  Dataset data(kTiny, 10, 0);
  Bytes long_images = images();
  long_images.push_back(1);
  expect_error([&] { append(data, long_images, labels()); }, ErrorCode::bad_file,
               "[data set] the image file is too long. It promises 12 bytes, but has 13.");
  expect_error([&] { append(data, labels(), images()); }, ErrorCode::bad_file,
               "[data set] is no idx image file: it must begin with 0x00000803 or 0x00000804. Got 0x00000801.");
  expect_error([&] { append(data, images(), Bytes{0, 0, 8}); }, ErrorCode::bad_file,
               "[data set] the label file is cut off. Got 3 bytes.");
  CHECK(data.size() == 0);
}

TEST_CASE("data set: no more images than were announced") {
  Dataset data(kTiny, 10, 3);
  append(data, images(), labels());
  expect_error([&] { append(data, images(), labels()); }, ErrorCode::bad_file,
               "[data set] more images than the set shall have. Got 4 of 3.");
  check_two(data);
}

TEST_CASE("data set: sizes that make no sense") {
  expect_error([] { Dataset(Shape{0, 28, 1}, 10, 0); }, ErrorCode::invalid_value,
               "[data set] the shape must have extents between 1 and 4096. Got 0x28x1.");
  expect_error([] { Dataset(Shape{28, -1, 1}, 10, 0); }, ErrorCode::invalid_value,
               "[data set] the shape must have extents between 1 and 4096. Got 28x-1x1.");
  expect_error([] { Dataset(kTiny, 0, 0); }, ErrorCode::invalid_value,
               "[data set] classes must be between 1 and 256. Got 0.");
  expect_error([] { Dataset(kTiny, 257, 0); }, ErrorCode::invalid_value,
               "[data set] classes must be between 1 and 256. Got 257.");
}

TEST_CASE("data set: the real MNIST test files") {
  const char* folder = std::getenv("CNN_DATA_DIR");
  const std::string root = std::string(folder == nullptr ? "build/data" : folder) + "/mnist/";
  const auto read = [&](const char* name) {
    std::ifstream file(root + name, std::ios::binary);
    INFO("the data set is missing: " << root << name << " (CNN_DATA_DIR says where; scripts/pack-data.mjs makes it)");
    REQUIRE(file.good());
    return Bytes(std::istreambuf_iterator<char>(file), {});
  };
  Dataset data({28, 28, 1}, 10, 10000);
  append(data, read("test-images.idx3"), read("test-labels.idx1"));
  REQUIRE(data.complete());
  // Facts of the public set.
  std::vector<int> counts(10, 0);
  for (std::size_t i = 0; i < data.size(); ++i) ++counts[data.label(i)];
  CHECK(counts == std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  CHECK(data.label(0) == 7);
  CHECK(data.label(1) == 2);
  double sum = 0;
  for (std::size_t i = 0; i < data.size() * 784; ++i) sum += data.image(0)[i];
  CHECK(sum / (data.size() * 784) / 255 == Approx(0.1325).margin(0.0001));
}
