#pragma once

#include <string>
#include <vector>

#include "engine/model/net.h"

namespace cnn {

// Which parameters stay as they are, one entry a slot of the net (1: frozen). `patterns` are separated by commas or spaces;
// `*` stands for any letters, `?` for one. A pattern is held against the names of nodes, or with a slash against addresses of
// parameters ("conv1/bias"); with a leading `!` it thaws. The last that matches decides: "*,!logits" leaves only the layer
// "logits" to learn (linear probing). Throws Error (invalid_value) for a pattern that matches nothing, and when nothing is left
// to learn.
std::vector<char> frozen_slots(const Net& net, const std::string& patterns);

}  // namespace cnn
