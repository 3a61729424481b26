#include "engine/cli/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "engine/core/error.h"
#include "engine/definition/fields.h"

namespace cnn::cli {

namespace {

namespace fs = std::filesystem;

// Nets to train, and those for larger pictures, whose costs can be told.
constexpr const char* kPresetFolders[] = {"/assets/architectures", "/assets/architectures/full"};

[[noreturn]] void refuse(const std::string& path, const std::string& message) {
  throw Error(ErrorCode::bad_file, "", path + ": " + message);
}

// Names in a folder that end in `ending`, without it.
std::vector<std::string> names_in(const std::string& folder, const std::string& ending) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.size() <= ending.size() || name.compare(name.size() - ending.size(), ending.size(), ending) != 0) continue;
    names.push_back(name.substr(0, name.size() - ending.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& names) {
  const std::string near = nearest_name(word, names);
  if (!near.empty()) return " Did you mean " + near + "?";
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? "" : " There are " + list + ".";
}

bool plain_name(const std::string& word) {
  return word.find('/') == std::string::npos && word.find('.') == std::string::npos;
}

// Adds the file's name to what the engine says about its content.
template <class Work>
auto about_file(const std::string& path, Work&& work) {
  try {
    return work();
  } catch (const Error& e) {
    throw Error(e.code(), "", path + ": " + e.what());
  }
}

}  // namespace

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::error_code problem;
  if (fs::is_directory(path, problem)) refuse(path, "is a folder.");
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) throw Error(ErrorCode::not_found, "", path + ": " + std::strerror(errno) + ".");
  std::vector<std::uint8_t> bytes;
  std::uint8_t piece[1 << 16];
  std::size_t count = 0;
  while ((count = std::fread(piece, 1, sizeof piece, file)) > 0) bytes.insert(bytes.end(), piece, piece + count);
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) refuse(path, "cannot be read.");
  return bytes;
}

void write_file(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  const std::string draft = path + ".part";
  std::FILE* file = std::fopen(draft.c_str(), "wb");
  if (file == nullptr) refuse(path, std::string("cannot be written: ") + std::strerror(errno) + ".");
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed || std::rename(draft.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(draft.c_str());
    refuse(path, "cannot be written: " + reason + ".");
  }
}

Json read_json(const std::string& path) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  try {
    return cnn::read_json(reinterpret_cast<const char*>(bytes.data()), bytes.size(), path);
  } catch (const Error& e) {
    refuse(path, e.message());
  }
}

std::string repository_root() {
  std::error_code problem;
  fs::path folder = fs::read_symlink("/proc/self/exe", problem).parent_path();
  for (; !problem && folder != folder.root_path(); folder = folder.parent_path()) {
    std::error_code ignored;
    if (fs::is_directory(folder / "assets/architectures", ignored)) return folder.string();
  }
  return CNN_SOURCE_DIR;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const char* folder : kPresetFolders) {
    for (std::string& name : names_in(repository_root() + folder, ".json")) names.push_back(std::move(name));
  }
  return names;
}

NetSource find_net(const std::string& word) {
  std::error_code ignored;
  for (const char* folder : kPresetFolders) {
    const std::string path = repository_root() + folder + "/" + word + ".json";
    if (plain_name(word) && fs::is_regular_file(path, ignored)) return {NetKind::definition, word, path, true};
  }
  if (!fs::exists(word, ignored)) {
    throw Error(ErrorCode::not_found, "",
                "\"" + word + "\" is neither a preset nor a file." + suggestion(word, preset_names()));
  }
  const std::vector<std::uint8_t> bytes = read_file(word);
  return {is_model(bytes.data(), bytes.size()) ? NetKind::model : NetKind::definition, fs::path(word).stem().string(), word, false};
}

Definition read_definition(const std::string& path) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  return about_file(path, [&] { return parse_definition(std::string(bytes.begin(), bytes.end())); });
}

Model read_model(const std::string& path) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  return about_file(path, [&] { return load_model(bytes.data(), bytes.size()); });
}

Model trained_model(const NetSource& source, const std::string& data) {
  if (source.kind == NetKind::model) return read_model(source.path);
  if (!source.preset) {
    throw Error(ErrorCode::invalid_value, "",
                source.path + ": is a definition without weights. Train it first: cnn train " + source.path +
                    " --out model.cnn.");
  }
  const std::string folder = repository_root() + "/assets/weights";
  const std::string path = folder + "/" + source.name + "-" + data + ".cnn";
  std::error_code ignored;
  if (fs::exists(path, ignored)) return read_model(path);
  throw Error(ErrorCode::not_found, "",
              "there are no weights of " + source.name + " trained on " + data + "." +
                  suggestion(source.name + "-" + data, names_in(folder, ".cnn")));
}

std::string data_directory(const Arguments& arguments) {
  return arguments.text("data-dir", repository_root() + "/build/data");
}

Dataset read_dataset(const std::string& directory, const std::string& name, const std::string& part, int classes,
                     std::size_t limit) {
  const std::string folder = directory + "/" + name;
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    const std::vector<std::string> names = names_in(directory, "");
    throw Error(ErrorCode::not_found, "",
                "there is no data set \"" + name + "\" in " + directory + "." +
                    (names.empty() ? " npm run setup brings it." : suggestion(name, names)));
  }
  const std::string image_path = folder + "/" + part + "-images.idx3";
  const std::vector<std::uint8_t> images = read_file(image_path);
  const std::vector<std::uint8_t> labels = read_file(folder + "/" + part + "-labels.idx1");
  return about_file(image_path, [&] {
    // The extents of the set are those that its own header tells; append() checks everything.
    const auto extent = [&images](std::size_t at) {
      if (images.size() < at + 4) return 1;
      const std::uint32_t value = std::uint32_t(images[at]) << 24 | std::uint32_t(images[at + 1]) << 16 |
                                  std::uint32_t(images[at + 2]) << 8 | images[at + 3];
      return static_cast<int>(value);
    };
    const int channels = images.size() >= 20 && images[3] == 4 ? extent(16) : 1;
    const Shape shape{extent(8), extent(12), channels};  // [H, W, C]
    Dataset all(shape, classes, 0);
    all.append(images.data(), images.size(), labels.data(), labels.size());
    if (limit == 0 || limit >= all.size()) return all;
    Dataset first(shape, classes, 0);
    first.append_raw(all.image(0), labels.data() + 8, limit);
    return first;
  });
}

std::vector<std::string> class_names(const std::string& data, int classes) {
  if (data == "fashion-mnist" && classes == 10) {
    return {"T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};
  }
  std::vector<std::string> names;
  for (int i = 0; i < classes; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace cnn::cli
