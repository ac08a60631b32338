#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// The files that `--ids-out` writes (docs/load.md), as sets.
namespace telemill::integration {

/// What became of each id; sorted, with repetitions.
struct IdsByStatus {
  std::vector<uint64_t> acknowledged;  // in a sink's file: received
  std::vector<uint64_t> refused;
  std::vector<uint64_t> unknown;  // no answer came

  /// All of them, sorted.
  [[nodiscard]] std::vector<uint64_t> all() const;
};

/// A failed test when the file is not whole.
IdsByStatus read_ids(const std::string& path);

/// What was acknowledged (of a sink: received), in its order.
std::vector<uint64_t> read_acknowledged_in_order(const std::string& path);

/// How many of `part` are not in `whole`; both sorted.
size_t count_missing(const std::vector<uint64_t>& part, const std::vector<uint64_t>& whole);
/// How many of the sorted `ids` repeat the one before them.
size_t count_repeated(const std::vector<uint64_t>& ids);

}  // namespace telemill::integration
