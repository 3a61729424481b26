#pragma once

// One description of a set of attributes serves reading, writing, the catalogue and the error texts. A struct states it as
//
//   struct PoolAttrs {
//     PoolMode mode = PoolMode::max;
//     Extent2 kernel{2, 2};
//     template <class Self, class Visit>
//     static void fields(Self& self, Visit&& visit) {
//       visit("mode", self.mode);
//       visit("kernel", self.kernel, Field().required().between(1, 64));
//     }
//   };
//
// and read_fields, write_fields and describe_fields below do the rest.

#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/definition/json.h"

namespace cnn {

// What a value may be, beyond its type. `between` includes both ends; for extents it holds for each.
struct Field {
  bool is_required = false;
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();

  Field required() const {
    Field f = *this;
    f.is_required = true;
    return f;
  }
  Field between(double low, double high) const {
    Field f = *this;
    f.least = low;
    f.most = high;
    return f;
  }
};

// Height and width. In JSON a number for both, or [height, width].
struct Extent2 {
  int h = 1;
  int w = 1;
};

// How a window's border is filled. In JSON "same", "valid", "full", a number for all sides, or [top, bottom, left, right].
//   same   out = ⌈in / stride⌉, the odd cell goes to the bottom and right
//   valid  no padding
//   full   every overlap of window and picture counts: (kernel − 1)·dilation on each side
struct Padding {
  enum class Kind { same, valid, full, sides };
  Kind kind = Kind::valid;
  int top = 0, bottom = 0, left = 0, right = 0;  // for Kind::sides
};

// Names of an enumeration, in the order of its values from 0. Specialised beside each enumeration used in fields:
//   template <> struct EnumNames<PoolMode> { static constexpr const char* names[] = {"max", "average", "sum"}; };
template <class E>
struct EnumNames;

// One field of one object: what fields() says, with the type erased, so that the code below exists once and not once a struct.
struct FieldRef {
  enum class Kind { integer, number, boolean, text, extent, padding, integers, choice };
  const char* key;
  Kind kind;
  void* member;
  Field field;
  const char* const* names = nullptr;  // choice: its names, in the order of the values
  int name_count = 0;
};

// The visitor that fields() gets.
class FieldList {
 public:
  template <class T>
  void operator()(const char* key, T& member, const Field& field = {}) {
    using Value = std::remove_const_t<T>;
    FieldRef ref{key, FieldRef::Kind::choice, const_cast<Value*>(&member), field};
    if constexpr (std::is_enum_v<Value>) {
      static_assert(sizeof(Value) == sizeof(int), "choices are read and written as int");
      ref.names = EnumNames<Value>::names;
      ref.name_count = static_cast<int>(sizeof(EnumNames<Value>::names) / sizeof(EnumNames<Value>::names[0]));
    } else {
      ref.kind = kind_of(static_cast<const Value*>(nullptr));
    }
    refs.push_back(ref);
  }

  std::vector<FieldRef> refs;

 private:
  static FieldRef::Kind kind_of(const int*) { return FieldRef::Kind::integer; }
  static FieldRef::Kind kind_of(const double*) { return FieldRef::Kind::number; }
  static FieldRef::Kind kind_of(const bool*) { return FieldRef::Kind::boolean; }
  static FieldRef::Kind kind_of(const std::string*) { return FieldRef::Kind::text; }
  static FieldRef::Kind kind_of(const Extent2*) { return FieldRef::Kind::extent; }
  static FieldRef::Kind kind_of(const Padding*) { return FieldRef::Kind::padding; }
  static FieldRef::Kind kind_of(const std::vector<int>*) { return FieldRef::Kind::integers; }
};

// The three uses of a list; the templates below only make it.
void read_list(const Json& object, const std::string& subject, const std::string& path,
               const std::vector<std::string>& also, const FieldList& list);
Json write_list(const FieldList& list);
Json describe_list(const FieldList& list);

// Reads `object` over the defaults in `attrs`. `subject` names the kind of thing ("conv2d"), `path` the place.
// Keys in `also` are allowed and left alone. Throws Error (invalid_definition or invalid_value).
template <class Attrs>
void read_fields(const Json& object, const std::string& subject, const std::string& path,
                 const std::vector<std::string>& also, Attrs& attrs) {
  FieldList list;
  Attrs::fields(attrs, list);
  read_list(object, subject, path, also, list);
}

// All fields, in their order.
template <class Attrs>
Json write_fields(const Attrs& attrs) {
  FieldList list;
  Attrs::fields(attrs, list);
  return write_list(list);
}

// [{key, kind, default, required, least, most, choices}, …] for the forms of the page.
template <class Attrs>
Json describe_fields() {
  const Attrs defaults;
  FieldList list;
  Attrs::fields(defaults, list);
  return describe_list(list);
}

// The name in `names` that `word` was most likely meant to be; empty when none is near.
std::string nearest_name(const std::string& word, const std::vector<std::string>& names);

// That name as the end of an error text: ` Did you mean "relu"?`, or nothing.
std::string suggestion(const std::string& word, const std::vector<std::string>& names);

}  // namespace cnn
