#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

/// A metrics page as a scraper reads it.
namespace telemill::integration {

/// One metric of a page.
struct ScrapedMetric {
  std::string type;
  /// Names of labels, of all series together; without the `le` of histograms.
  std::set<std::string> labels;
  double sum = 0;  // of all series' values, of histograms of their counts
};
using ScrapedPage = std::map<std::string, ScrapedMetric>;

/// The page's text; empty when it cannot be had.
std::string fetch_page(uint16_t port, std::string_view more_headers = {});
/// Reads the text format; lines it does not understand are failures of the test.
ScrapedPage read_page(std::string_view text);

}  // namespace telemill::integration
