#include "components/extensions/zpages/html_page.h"

#include <utility>

#include "components/shared/page_text/page_text.h"

namespace telemill::components::extensions::zpages {
namespace {

using shared::html_text;

constexpr std::string_view style =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}"
    "nav a{margin-right:1em}table{border-collapse:collapse;width:100%}"
    "th,td{border-bottom:1px solid #8884;padding:.3em .6em;text-align:left;vertical-align:top}"
    ".ok td:last-child{color:#187a18}.warn td:last-child{color:#a06000}"
    ".bad td:last-child{color:#c01818}:root{color-scheme:light dark}";

}  // namespace

HtmlPage::HtmlPage(std::string_view title, bool has_expvarz) {
  text_.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>")
      .append(html_text(title))
      .append(" - Telemill</title><style>")
      .append(style)
      .append("</style></head>\n<body><nav>");
  for (const std::string_view page :
       {"servicez", "pipelinez", "extensionz", "featurez", "tracez", "expvarz"}) {
    if (page == "expvarz" && !has_expvarz) continue;
    text_.append("<a href=\"/debug/").append(page).append("\">").append(page).append("</a>");
  }
  text_.append("</nav>\n<h1>").append(html_text(title)).append("</h1>\n");
}

void HtmlPage::heading(std::string_view text) {
  text_.append("<h2>").append(html_text(text)).append("</h2>\n");
}

void HtmlPage::paragraph(std::string_view text) {
  text_.append("<p>").append(html_text(text)).append("</p>\n");
}

void HtmlPage::begin_table(std::initializer_list<std::string_view> columns) {
  text_.append("<table><thead><tr>");
  for (const std::string_view column : columns) {
    text_.append("<th>").append(html_text(column)).append("</th>");
  }
  text_.append("</tr></thead><tbody>\n");
}

void HtmlPage::row(const std::vector<std::string>& cells, std::string_view mark) {
  text_.append(mark.empty() ? "<tr>" : "<tr class=\"" + html_text(mark) + "\">");
  for (const std::string& cell : cells) {
    text_.append("<td>").append(html_text(cell)).append("</td>");
  }
  text_.append("</tr>\n");
}

void HtmlPage::end_table() { text_.append("</tbody></table>\n"); }

std::string HtmlPage::finish() && {
  text_.append("</body></html>\n");
  return std::move(text_);
}

}  // namespace telemill::components::extensions::zpages
