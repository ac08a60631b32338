#include "integration/id_sets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace telemill::integration {
namespace {

std::vector<uint64_t> read_words(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(bytes.size() % sizeof(uint64_t), 0U);
  std::vector<uint64_t> words(bytes.size() / sizeof(uint64_t));
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), words.size() * sizeof(uint64_t));
  return words;
}

}  // namespace

std::vector<uint64_t> IdsByStatus::all() const {
  std::vector<uint64_t> ids = acknowledged;
  ids.insert(ids.end(), refused.begin(), refused.end());
  ids.insert(ids.end(), unknown.begin(), unknown.end());
  std::ranges::sort(ids);
  return ids;
}

namespace {

IdsByStatus read_unsorted(const std::string& path) {
  constexpr unsigned status_shift = 56;
  constexpr uint64_t count_mask = (uint64_t{1} << status_shift) - 1;
  const std::vector<uint64_t> words = read_words(path);
  IdsByStatus ids;
  for (size_t at = 0; at < words.size();) {
    const uint64_t status = words[at] >> status_shift;
    const uint64_t count = words[at] & count_mask;
    ++at;
    if (status < 1 || status > 3 || count > words.size() - at) {
      ADD_FAILURE() << path << " is broken at word " << at - 1;
      break;
    }
    auto& into = status == 1 ? ids.acknowledged : status == 2 ? ids.refused : ids.unknown;
    const auto begin = words.begin() + static_cast<ptrdiff_t>(at);
    into.insert(into.end(), begin, begin + static_cast<ptrdiff_t>(count));
    at += count;
  }
  return ids;
}

}  // namespace

std::vector<uint64_t> read_acknowledged_in_order(const std::string& path) {
  return read_unsorted(path).acknowledged;
}

IdsByStatus read_ids(const std::string& path) {
  IdsByStatus ids = read_unsorted(path);
  for (auto* list : {&ids.acknowledged, &ids.refused, &ids.unknown}) std::ranges::sort(*list);
  return ids;
}

size_t count_missing(const std::vector<uint64_t>& part, const std::vector<uint64_t>& whole) {
  std::vector<uint64_t> missing;
  std::ranges::set_difference(part, whole, std::back_inserter(missing));
  return missing.size();
}

size_t count_repeated(const std::vector<uint64_t>& ids) {
  size_t repeated = 0;
  for (size_t i = 1; i < ids.size(); ++i) repeated += ids[i] == ids[i - 1] ? 1U : 0U;
  return repeated;
}

}  // namespace telemill::integration
