#pragma once

#include <utility>

#include "engine/definition/fields.h"
#include "engine/layers/layer.h"

namespace cnn {

// A layer whose attributes are one struct with a fields() list; `Base` is Layer or Head.
template <class Attrs, class Base = Layer>
class Attributed : public Base {
 public:
  using Attributes = Attrs;
  explicit Attributed(Attrs attrs) : attrs_(std::move(attrs)) {}
  Json attributes() const override { return write_fields(attrs_); }

 protected:
  const Attrs attrs_;
};

// For layers without attributes.
struct NoAttrs {
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

}  // namespace cnn
