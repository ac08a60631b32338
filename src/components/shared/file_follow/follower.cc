#include "components/shared/file_follow/follower.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "components/shared/file_follow/glob.h"

namespace telemill::components::shared {
namespace {

constexpr size_t paths_max = 100'000;
/// How long a file that is gone is remembered: it may come back under another name.
constexpr uint32_t polls_remembered = 3;
/// Read by one call, so that other work of the worker gets its turn.
constexpr size_t turn_bytes = 1_MiB;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

struct Follower::File {
  explicit File(const FollowConfig& config) : splitter(config.line_bytes_max()) {}

  std::string path;
  FileIdentity identity;    // when it was looked at last
  std::string fingerprint;  // first bytes of the content
  uint64_t position = 0;    // in the content: what lies before was taken
  LineSplitter splitter;
  std::optional<FileSource> source;  // open files are read on when they are renamed or deleted
  TimePoint changed_at{};
  size_t rest_bytes = 0;  // behind the last line break
  bool is_rest_refused = false;
  bool is_seen = false;  // in this poll
  bool is_ready = false;
  uint32_t polls_unseen = 0;
};

/// A path that leads to a file we do not know, or that has changed.
struct Follower::Candidate {
  std::string path;
  FileIdentity identity;
  std::optional<FileSource> source{};
  std::string fingerprint{};
};

Follower::Follower(const FollowConfig& config, bool replays) : config_(config), replays_(replays) {}
Follower::~Follower() = default;

bool Follower::is_gzip(const std::string& path) const noexcept {
  return config_.compression == FileCompression::gzip ||
         (config_.compression == FileCompression::automatic && path.ends_with(".gz"));
}

void Follower::poll(TimePoint now, UnixNanos unix_now) {
  Inodes inodes;
  for (const auto& file : files_) {
    file->is_seen = false;
    if (file->identity.inode != 0) {
      inodes[{file->identity.device, file->identity.inode}] = file.get();
    }
  }
  for (Candidate& candidate : find_changed(now, unix_now, inodes)) {
    look_at(candidate, inodes, now);
  }
  forget_the_gone();
  is_first_poll_ = false;
}

/// Marks what has not changed as seen, and returns the rest.
std::vector<Follower::Candidate> Follower::find_changed(TimePoint now, UnixNanos unix_now,
                                                        const Inodes& inodes) {
  std::vector<Candidate> changed;
  for (std::string& path : find_files(config_.include, config_.exclude, paths_max)) {
    const auto identity = identify(path);
    if (!identity) continue;
    const auto age_ns = static_cast<int64_t>(unix_now) - identity->changed_at_ns;
    if (config_.exclude_older_than > Duration::zero() &&
        age_ns > config_.exclude_older_than.count()) {
      continue;
    }
    const auto known = inodes.find({identity->device, identity->inode});
    File* const file = known == inodes.end() ? nullptr : known->second;
    if (file == nullptr || file->identity != *identity || replays_) {
      changed.push_back({std::move(path), *identity});
      continue;
    }
    if (file->is_seen) continue;  // a second name of it
    file->is_seen = true;
    file->polls_unseen = 0;
    file->path = std::move(path);
    const bool is_rested = config_.force_flush_period > Duration::zero() &&
                           now - file->changed_at >= config_.force_flush_period;
    if (file->rest_bytes > 0 && is_rested && !file->is_rest_refused) make_ready(*file);
  }
  return changed;
}

void Follower::look_at(Candidate& candidate, const Inodes& inodes, TimePoint now) {
  auto source = FileSource::open(candidate.path, is_gzip(candidate.path));
  if (!source) {
    log::warn("file_follow.open", {{"error", source.error().message}});
    return;
  }
  const size_t wanted = config_.fingerprint_bytes();
  while (source->window().size() < wanted && source->fill(wanted - source->window().size()) > 0) {
  }
  candidate.fingerprint = source->window().substr(0, wanted);
  candidate.identity = source->identity();
  candidate.source = std::move(*source);
  const auto found = inodes.find({candidate.identity.device, candidate.identity.inode});
  File* const same = found == inodes.end() ? nullptr : found->second;
  const bool is_same = same != nullptr && !candidate.fingerprint.empty() &&
                       candidate.fingerprint.starts_with(same->fingerprint);
  if (is_same) {
    if (!same->is_seen) see(*same, candidate, now);
    return;
  }
  // Somebody has cut it short. What it held may turn up as a copy.
  if (same != nullptr && !same->is_seen) same->identity = {};
  if (candidate.fingerprint.empty()) return;
  File* const twin = find_by_fingerprint(candidate);
  if (twin == nullptr) return add(candidate, now);
  if (!twin->is_seen) see(*twin, candidate, now);
}

/// Of the files that begin alike the one of which most is known. One that is still there under its
/// own name is meant only if nothing tells them apart: a copy that is being made.
Follower::File* Follower::find_by_fingerprint(const Candidate& candidate) const {
  File* best = nullptr;
  for (const auto& file : files_) {
    if (file->fingerprint.empty() || !candidate.fingerprint.starts_with(file->fingerprint)) {
      continue;
    }
    const bool is_whole = candidate.fingerprint.size() == config_.fingerprint_bytes() ||
                          candidate.identity.size_bytes == file->identity.size_bytes;
    const bool is_twin = candidate.fingerprint.size() == file->fingerprint.size() && is_whole;
    if (file->is_seen && !is_twin) continue;
    if (best == nullptr || file->fingerprint.size() > best->fingerprint.size()) best = file.get();
  }
  return best;
}

void Follower::see(File& file, Candidate& candidate, TimePoint now) {
  const bool is_changed = file.identity != candidate.identity;
  const bool is_cut = !is_gzip(candidate.path) && candidate.identity.size_bytes < file.position;
  const bool was_open = file.source && file.identity.is_same_file(candidate.identity);
  file.is_seen = true;
  file.polls_unseen = 0;
  file.path = candidate.path;
  file.identity = candidate.identity;
  file.fingerprint = candidate.fingerprint;
  if (is_changed) {
    file.changed_at = now;
    file.is_rest_refused = false;
  }
  if (is_cut || replays_) {
    file.position = 0;
    file.is_rest_refused = false;
    file.splitter.start_over();
  }
  if (!was_open) {
    close(file);
    file.source = std::move(candidate.source);
    ++open_count_;
  }
  if (is_changed || replays_) make_ready(file);
}

void Follower::add(Candidate& candidate, TimePoint now) {
  auto file = std::make_unique<File>(config_);
  file->path = candidate.path;
  file->identity = candidate.identity;
  file->fingerprint = candidate.fingerprint;
  file->source = std::move(candidate.source);
  file->changed_at = now;
  file->is_seen = true;
  ++open_count_;
  const bool is_skipped = is_first_poll_ && !replays_ && config_.start_at == StartAt::end;
  if (is_skipped && !file->source->is_gzip()) {
    file->position = candidate.identity.size_bytes;
  } else if (is_skipped) {
    do {
      file->source->consume(file->source->window().size());
    } while (file->source->fill(turn_bytes) > 0);
    file->position = file->source->offset();
  }
  if (!is_skipped) make_ready(*file);
  if (is_skipped && (file->source->is_gzip() || open_count_ > config_.max_concurrent_files)) {
    close(*file);
  }
  files_.push_back(std::move(file));
}

/// What has no name any more is read to its end as long as it is open.
void Follower::forget_the_gone() {
  const uint32_t polls_max = polls_remembered + (replays_ ? 0 : config_.polls_to_archive);
  for (const auto& file : files_) {
    if (file->is_seen) continue;
    ++file->polls_unseen;
    if (file->source && !replays_ && file->polls_unseen <= polls_max) make_ready(*file);
  }
  std::erase_if(files_, [this, polls_max](const std::unique_ptr<File>& file) {
    if (file->polls_unseen <= polls_max || file->is_ready) return false;
    close(*file);
    return true;
  });
}

void Follower::make_ready(File& file) {
  if (file.is_ready) return;
  file.is_ready = true;
  ready_.push_back(&file);
}

void Follower::close(File& file) noexcept {
  if (!file.source) return;
  file.source.reset();
  --open_count_;
}

bool Follower::read(LineTaker& taker, TimePoint now) {
  size_t bytes_left = turn_bytes;
  while (!ready_.empty() && bytes_left > 0 && !taker.is_full()) {
    File& file = *ready_.front();
    ready_.pop_front();
    file.is_ready = false;
    if (read_file(file, taker, bytes_left, now)) make_ready(file);  // behind the others
  }
  return !ready_.empty();
}

/// Opens a file that was closed for want of room. False when its path leads elsewhere by now: the
/// next poll sorts that out.
bool Follower::open_again(File& file) {
  if (file.source) return true;
  auto source = FileSource::open(file.path, is_gzip(file.path));
  if (!source || !source->identity().is_same_file(file.identity)) return false;
  file.source = std::move(*source);
  ++open_count_;
  return true;
}

/// True when there may be more.
bool Follower::read_file(File& file, LineTaker& taker, size_t& bytes_left, TimePoint now) {
  if (!open_again(file)) return false;
  FileSource& source = *file.source;
  source.seek(file.position);
  size_t step = config_.first_read_bytes();
  while (bytes_left > 0 && !taker.is_full()) {
    const bool was_inside = file.splitter.is_inside_long_line();
    const auto line = file.splitter.next(source.window());
    if (line) {
      (void)offer(file, *line, was_inside, taker);
      bytes_left -= std::min(bytes_left, line->consumed);
      continue;
    }
    if (source.fill(step) == 0) {
      end_of_file(file, taker, now);
      return false;
    }
    step = std::max({step, turn_bytes, source.window().size()});
  }
  return true;
}

/// False, and nothing has moved, when the taker does not want the line yet.
bool Follower::offer(File& file, const SplitLine& line, bool was_inside, LineTaker& taker) {
  FollowedLine offered{line.bytes, line.kind, file.path, file.position};
  if (file.position == 0 && offered.bytes.starts_with(byte_order_mark)) {
    offered.bytes.remove_prefix(byte_order_mark.size());
  }
  const bool is_cut = line.kind == LineKind::piece;
  if (is_cut && config_.max_log_size_behavior == LongLines::truncate)
    offered.kind = LineKind::whole;
  const bool is_left_out =
      offered.bytes.empty() ||
      (is_cut && was_inside && config_.max_log_size_behavior == LongLines::truncate);
  if (!is_left_out && !taker.take(offered)) return false;
  file.source->consume(line.consumed);
  file.position = file.source->offset();
  return true;
}

void Follower::end_of_file(File& file, LineTaker& taker, TimePoint now) {
  const std::string_view window = file.source->window();
  file.rest_bytes = window.size();
  const bool is_rested = config_.force_flush_period > Duration::zero() &&
                         now - file.changed_at >= config_.force_flush_period;
  if (!window.empty() && is_rested && !file.is_rest_refused) {
    const SplitLine rest = file.splitter.rest(window);
    const bool was_inside = file.splitter.is_inside_long_line();
    if (offer(file, rest, was_inside, taker)) {
      file.rest_bytes = 0;
      file.splitter.start_over();
    } else {
      file.is_rest_refused = true;
    }
  }
  const bool is_surplus = open_count_ > config_.max_concurrent_files;
  if (file.source->is_broken()) {
    log::warn("file_follow.broken", {{"path", file.path}, {"offset", file.position}});
  }
  if (file.source->is_gzip() || is_surplus) close(file);
  if (file.source) file.source->drop_window();
}

}  // namespace telemill::components::shared
