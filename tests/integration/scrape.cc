#include "integration/scrape.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "integration/connection.h"

namespace telemill::integration {
namespace {

std::string_view without_suffix(std::string_view name, std::string_view suffix) {
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

/// The names in `a="x",b="y"`, whose values have no quotes of their own.
void read_labels(std::string_view text, std::set<std::string>& labels) {
  while (!text.empty()) {
    const size_t equals = text.find("=\"");
    const size_t end = text.find('"', equals + 2);
    if (equals == text.npos || end == text.npos) {
      ADD_FAILURE() << "no labels: " << text;
      return;
    }
    if (text.substr(0, equals) != "le") labels.emplace(text.substr(0, equals));
    text.remove_prefix(end + 1);
    if (text.starts_with(',')) text.remove_prefix(1);
  }
}

}  // namespace

std::string fetch_page(uint16_t port, std::string_view more_headers) {
  Connection connection(port);
  connection.send("GET /metrics HTTP/1.1\r\nhost: a\r\n" + std::string(more_headers) + "\r\n");
  const std::string answer = connection.receive_answer();
  if (status_of(answer) != 200) return {};
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

ScrapedPage read_page(std::string_view text) {
  ScrapedPage page;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      const size_t blank = line.find(' ', 7);
      page[line.substr(7, blank - 7)].type = line.substr(blank + 1);
    }
    if (line.empty() || line.starts_with('#')) continue;
    const std::string_view view = line;
    const std::string_view name = view.substr(0, view.find_first_of("{ "));
    const std::string_view value = view.substr(view.rfind(' ') + 1);
    std::string family(name);
    bool counts = true;
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
      const std::string stem(without_suffix(name, suffix));
      if (stem.size() == name.size() || !page.contains(stem)) continue;
      family = stem;
      counts = suffix == "_count";
    }
    if (!page.contains(family)) ADD_FAILURE() << "a series without a type: " << line;
    ScrapedMetric& metric = page[family];
    if (const size_t open = view.find('{'); open != view.npos) {
      read_labels(view.substr(open + 1, view.rfind('}') - open - 1), metric.labels);
    }
    if (counts) metric.sum += std::strtod(std::string(value).c_str(), nullptr);
  }
  return page;
}

}  // namespace telemill::integration
