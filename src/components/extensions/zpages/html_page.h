#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace telemill::components::extensions::zpages {

/// A whole HTML page, built from top to bottom. Whatever text it is given is escaped; it refers to
/// nothing outside of itself.
class HtmlPage {
 public:
  /// With links to the other pages.
  HtmlPage(std::string_view title, bool has_expvarz);

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  void begin_table(std::initializer_list<std::string_view> columns);
  /// `mark` colours the row: "ok", "warn", "bad" or empty.
  void row(const std::vector<std::string>& cells, std::string_view mark = {});
  void end_table();

  /// The page; nothing can be added afterwards.
  [[nodiscard]] std::string finish() &&;

 private:
  std::string text_;
};

}  // namespace telemill::components::extensions::zpages
