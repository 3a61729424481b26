#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/cli/arguments.h"
#include "engine/data/dataset.h"
#include "engine/model/file.h"

namespace cnn::cli {

std::vector<std::uint8_t> read_file(const std::string& path);
// Never leaves a half-written file under that name.
void write_file(const std::string& path, const std::vector<std::uint8_t>& bytes);
// Parsed, of any form; nested at most 64 deep.
Json read_json(const std::string& path);

// The folder that holds assets/: the nearest one above the program, else where it was built.
std::string repository_root();

std::vector<std::string> preset_names();

// What <net> on the command line may be.
enum class NetKind { definition, model };
struct NetSource {
  NetKind kind;
  std::string name;  // of the preset, or the file's
  std::string path;
  bool preset = false;
};
// A preset's name, or a file, whose kind its first bytes tell. Throws Error (not_found).
NetSource find_net(const std::string& word);

Definition read_definition(const std::string& path);
// Errors carry the file's name.
Model read_model(const std::string& path);
// A model file, or a preset with the weights trained on `data`.
Model trained_model(const NetSource& source, const std::string& data);

// The options --data-dir and --data.
std::string data_directory(const Arguments& arguments);
// Pictures as an idx file says, labels below `classes`; the first `limit` (0: all). `part` is "train" or "test".
Dataset read_dataset(const std::string& directory, const std::string& name, const std::string& part, int classes,
                     std::size_t limit);
// What the classes of a known data set are called in a model's record; numbers where it is not known.
std::vector<std::string> class_names(const std::string& data, int classes);

}  // namespace cnn::cli
