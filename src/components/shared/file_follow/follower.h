#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "components/shared/file_follow/file_source.h"
#include "components/shared/file_follow/follow_config.h"
#include "components/shared/file_follow/line_splitter.h"

namespace telemill::components::shared {

/// A line and where it stood. Borrows until the call returns.
struct FollowedLine {
  std::string_view bytes;
  LineKind kind = LineKind::whole;
  const std::string& path;
  uint64_t offset = 0;  // in the file's content
};

/// Who takes lines.
class LineTaker {
 public:
  /// False: not now. Only for `unfinished` lines, which then come again when they have grown.
  virtual bool take(const FollowedLine& line) = 0;
  /// No more lines for the moment.
  [[nodiscard]] virtual bool is_full() const noexcept = 0;

 protected:
  ~LineTaker() = default;
};

/// Follows the files that match patterns: finds new ones, knows renamed and copied ones again by
/// their first bytes, notices truncation, and reads what is new, line by line. What a taker has
/// taken is never read again; what it has not, is. Remembers positions in memory only.
///
/// Blocks: worker only.
class Follower {
 public:
  /// With `replays`, every poll reads every file from its beginning.
  Follower(const FollowConfig& config, bool replays);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

  /// Looks which files there are. Call it when `read` has nothing left.
  void poll(TimePoint now, UnixNanos unix_now);
  /// Offers lines until the taker is full, about a mebibyte is read or nothing is left; true when
  /// there may be more.
  bool read(LineTaker& taker, TimePoint now);

  [[nodiscard]] size_t file_count() const noexcept { return files_.size(); }
  [[nodiscard]] size_t open_count() const noexcept { return open_count_; }

 private:
  struct File;
  struct Candidate;
  using Inodes = std::map<std::pair<uint64_t, uint64_t>, File*>;

  [[nodiscard]] bool is_gzip(const std::string& path) const noexcept;
  std::vector<Candidate> find_changed(TimePoint now, UnixNanos unix_now, const Inodes& inodes);
  void look_at(Candidate& candidate, const Inodes& inodes, TimePoint now);
  [[nodiscard]] File* find_by_fingerprint(const Candidate& candidate) const;
  void see(File& file, Candidate& candidate, TimePoint now);
  void add(Candidate& candidate, TimePoint now);
  void forget_the_gone();
  void make_ready(File& file);

  bool open_again(File& file);
  bool read_file(File& file, LineTaker& taker, size_t& bytes_left, TimePoint now);
  bool offer(File& file, const SplitLine& line, bool was_inside, LineTaker& taker);
  void end_of_file(File& file, LineTaker& taker, TimePoint now);
  void close(File& file) noexcept;

  const FollowConfig config_;
  const bool replays_;
  std::vector<std::unique_ptr<File>> files_;
  std::deque<File*> ready_;  // with something to read
  size_t open_count_ = 0;
  bool is_first_poll_ = true;
};

}  // namespace telemill::components::shared
