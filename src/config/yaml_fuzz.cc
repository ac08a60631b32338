#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "config/expand.h"
#include "config/fake_sources.h"
#include "config/fields.h"
#include "config/merge.h"
#include "config/yaml_reader.h"

namespace telemill::config {
namespace {

struct Leaf {
  std::string text;
  int32_t number = 0;
  bool flag = false;
  Duration time{};
  Secret secret;
  static constexpr auto fields = std::tuple{
      field("text", &Leaf::text, ""),     field("number", &Leaf::number, ""),
      field("flag", &Leaf::flag, ""),     field("time", &Leaf::time, ""),
      field("secret", &Leaf::secret, ""),
  };
};
struct Tree {
  Leaf leaf;
  std::optional<Leaf> maybe;
  std::vector<Leaf> list;
  std::map<std::string, double> map;
  std::vector<ComponentId> ids;
  Headers headers;
  Node any;
  static constexpr auto fields = std::tuple{
      inlined(&Tree::leaf),           field("maybe", &Tree::maybe, ""),
      field("list", &Tree::list, ""), field("map", &Tree::map, ""),
      field("ids", &Tree::ids, ""),   field("headers", &Tree::headers, ""),
      field("any", &Tree::any, ""),
  };
};

/// The input is a document, up to two zero bytes; what follows them are the texts of a variable and
/// of a file, so that expansion is as hostile as the document. What is read must write and read
/// back; whatever happens must end in a value or a problem.
void run(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto take = [&input] {
    const size_t end = input.find('\0');
    const std::string part(input.substr(0, end));
    input.remove_prefix(end == input.npos ? input.size() : end + 1);
    return part;
  };
  const std::string document = take();
  const std::string variable = take();
  const test::FakeSources sources({{"X", variable}, {"Y", "${X}${X}"}}, {{"f", take()}});

  Problems problems;
  Budget budget{.nodes = 5'000, .bytes = 200'000};
  SourceNames names = {"document"};
  std::optional<Node> node = read_yaml(document, 0, problems, budget);
  TELEMILL_CHECK(node.has_value() == !problems.has_errors());
  if (!node) return;

  Problems unread;
  const std::optional<Node> again = read_yaml(write_yaml(*node), 0, unread);
  TELEMILL_CHECK(again.has_value() && same_content(*node, *again));

  if (node->is_mapping()) nest_top_keys(*node, problems);
  expand(*node, sources.all(), names, problems, budget);
  static_cast<void>(decode<Tree>(*node, "", problems));
  redact<Tree>(*node);
  static_cast<void>(write_json(*node));
  static_cast<void>(problems.render(names));
}

}  // namespace
}  // namespace telemill::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  telemill::config::run(data, size);
  return 0;
}
