#include "engine/core/text.h"

#include <cassert>

#include "engine/core/number.h"

namespace cnn {

void TextPiece::append_to(std::string& text) const {
  switch (kind_) {
    case Kind::characters:
      text += value_.characters;
      return;
    case Kind::text:
      text += *value_.text;
      return;
    case Kind::number:
      text += number_text(value_.number);
      return;
    case Kind::shape:
      if (!value_.shape->flat()) text += compose("{}x{}x", value_.shape->h, value_.shape->w);
      TextPiece(value_.shape->c).append_to(text);
      return;
    case Kind::integer:
      break;
  }
  char digits[20];
  int count = 0;
  auto left = static_cast<std::uint64_t>(value_.integer);
  if (value_.integer < 0) {
    text += '-';
    left = 0 - left;
  }
  for (; left > 0 || count == 0; left /= 10) digits[count++] = static_cast<char>('0' + left % 10);
  while (count > 0) text += digits[--count];
}

std::string compose_pieces(const char* pattern, const TextPiece* pieces, int count) {
  std::string text;
  int next = 0;
  for (; *pattern != 0; ++pattern) {
    if (pattern[0] != '{' || pattern[1] != '}') {
      text += *pattern;
      continue;
    }
    assert(next < count);
    pieces[next++].append_to(text);
    ++pattern;
  }
  assert(next == count);
  (void)count;
  return text;
}

}  // namespace cnn
