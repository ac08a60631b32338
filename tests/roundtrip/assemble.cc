#include "assemble.h"

#include <utility>

namespace telemill::roundtrip {
namespace {

constexpr uint32_t wire_varint = 0;
constexpr uint32_t wire_fixed64 = 1;
constexpr uint32_t wire_bytes = 2;
constexpr uint32_t wire_group = 3;
constexpr uint32_t wire_group_end = 4;
constexpr uint32_t wire_fixed32 = 5;

void append_tag(uint32_t field, uint32_t type, base::Random& random, std::string& out) {
  append_varint(field << 3 | type, random, out);
}

const Pool::Piece& pick(const std::vector<Pool::Piece>& pieces, base::Random& random) {
  return pieces[random.below(pieces.size())];
}

/// Mostly few, seldom many.
uint64_t few(base::Random& random, uint64_t max) {
  return random.chance(0.03) ? random.below(4 * max) : random.below(max + 1);
}

std::string random_url(base::Random& random) {
  return std::string(random.below(3) * 5, 'u') + (random.chance(0.3) ? "\u00e9" : "");
}

class Assembler {
 public:
  Assembler(const Pool& pool, base::Random& random) : pool_(pool), random_(random) {}

  Assembled run() {
    Assembled request;
    const uint64_t count = few(random_, 3);
    for (uint64_t i = 0; i < count; ++i) {
      around([this] { return std::pair{1U, resource_entry()}; }, request.bytes);
    }
    if (random_.chance(0.1)) append_unknown(random_, request.bytes);
    request.is_dirty = is_dirty_;
    return request;
  }

 private:
  template <class MakeField>
  void around(MakeField make_field, std::string& out) {
    if (random_.chance(0.08)) append_unknown(random_, out);
    const auto [field, content] = make_field();
    append_field(field, content, random_, out);
  }

  std::string take(const std::vector<Pool::Piece>& pieces) {
    const Pool::Piece& piece = pick(pieces, random_);
    is_dirty_ = is_dirty_ || piece.is_dirty;
    return piece.bytes;
  }

  /// A resource or scope entry: its own fields at random places among the `count` nested ones.
  template <class Nested>
  std::string entry(const std::vector<Pool::Piece>& owners, uint64_t count, Nested nested) {
    std::string out;
    const auto own_field = [this, &owners, &out] {
      if (random_.chance(0.7)) {
        append_field(1, take(owners), random_, out);
      } else {
        append_field(3, random_url(random_), random_, out);
      }
    };
    if (random_.chance(0.9)) own_field();
    for (uint64_t i = 0; i < count; ++i) {
      if (random_.chance(0.1)) own_field();
      around([&nested] { return std::pair{2U, nested()}; }, out);
    }
    if (random_.chance(0.4)) own_field();
    if (random_.chance(0.08)) append_unknown(random_, out);
    return out;
  }

  std::string resource_entry() {
    return entry(pool_.resources, few(random_, 2), [this] { return scope_entry(); });
  }
  std::string scope_entry() {
    return entry(pool_.scopes, few(random_, 4), [this] { return take(pool_.records); });
  }

  const Pool& pool_;
  base::Random& random_;
  bool is_dirty_ = false;
};

}  // namespace

void append_varint(uint64_t value, base::Random& random, std::string& out) {
  size_t size = 1;
  for (uint64_t rest = value >> 7; rest > 0; rest >>= 7) ++size;
  // Four bytes are the most that every official parser takes for a tag or a length.
  if (size < 4 && random.chance(0.05)) size += random.below(5 - size);
  for (size_t i = 0; i < size; ++i) {
    const bool is_last = i + 1 == size;
    out.push_back(static_cast<char>((value & 0x7f) | (is_last ? 0 : 0x80)));
    value >>= 7;
  }
}

void append_field(uint32_t field, std::string_view content, base::Random& random,
                  std::string& out) {
  append_tag(field, wire_bytes, random, out);
  append_varint(content.size(), random, out);
  out.append(content);
}

void append_unknown(base::Random& random, std::string& out, int depth) {
  const auto field = static_cast<uint32_t>(100 + random.below(3000));
  switch (random.below(depth < 4 ? 5 : 4)) {
    case 0:
      append_tag(field, wire_varint, random, out);
      return append_varint(random.below(1U << 20), random, out);
    case 1:
      append_tag(field, wire_fixed64, random, out);
      out.append(8, static_cast<char>(random.u64()));
      return;
    case 2:
      append_tag(field, wire_fixed32, random, out);
      out.append(4, static_cast<char>(random.u64()));
      return;
    case 3:
      return append_field(field, std::string(random.below(300), static_cast<char>(random.u64())),
                          random, out);
    default:
      append_tag(field, wire_group, random, out);
      for (uint64_t i = random.below(4); i > 0; --i) append_unknown(random, out, depth + 1);
      append_tag(field, wire_group_end, random, out);
  }
}

Assembled assemble(const Pool& pool, base::Random& random) { return Assembler(pool, random).run(); }

}  // namespace telemill::roundtrip
