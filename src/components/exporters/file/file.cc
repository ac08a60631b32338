#include "components/exporters/file/file.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "components/exporters/file/destination.h"
#include "components/exporters/file/file_config.h"
#include "components/shared/file_output/ordered_work.h"
#include "pipeline/item_counters.h"

namespace telemill::components::exporters::file {
namespace {

/// Payloads that wait for the disk; more are refused for the moment.
constexpr size_t waiting_bytes_max = 64_MiB;

/// One destination and the exporters of all signals that write to it. First lane only.
class SharedFile {
 public:
  SharedFile(const pipeline::ComponentContext& context, const FileConfig& config)
      : config_(config),
        lane_(context.lane),
        destination_(make_destination(config)),
        work_(context.lane, context.worker, waiting_bytes_max),
        flush_timer_(context.lane, [this] { flush(); }),
        sent_(context.metrics, "otelcol_exporter_sent_", "Items that the peer accepted.",
              {{"exporter", context.id.text()}}) {}

  /// The file of `config` on this thread, made when nobody holds it.
  static std::shared_ptr<SharedFile> of(const pipeline::ComponentContext& context,
                                        const FileConfig& config) {
    thread_local std::unordered_map<const FileConfig*, std::weak_ptr<SharedFile>> files;
    std::erase_if(files, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<SharedFile>& known = files[&config];
    std::shared_ptr<SharedFile> file = known.lock();
    if (file == nullptr) {
      file = std::make_shared<SharedFile>(context, config);
      known = file;
    }
    ++file->writer_count_;
    return file;
  }

  Result<void, Failure> open() { return destination_->start(); }

  void write(pipeline::Batch batch) {
    const size_t bytes = batch.payload.byte_count();
    const otlp::Signal signal = batch.signal();
    const size_t items = batch.item_count();
    work_.submit(
        bytes,
        [destination = destination_, payload = std::move(batch.payload),
         moment = Moment{lane_.now(), lane_.unix_now()}] {
          return destination->write(payload, moment);
        },
        [this, signal, items, done = std::move(batch.done)](Result<void, Failure> result) mutable {
          if (result) sent_.add(signal, items);
          done.settle(outcome_of(result));
        });
    if (!flush_timer_.is_scheduled() && !is_closing_) flush_timer_.schedule(flush_interval());
  }

  /// A writer has no more; the last one closes the file.
  void leave(shared::OrderedWork::Done done) {
    if (--writer_count_ > 0) {
      // Jobs are settled in order, and this writer's own were submitted before. When there is no
      // room for this one, they are left to the last writer.
      return work_.submit(
          0, [] { return Result<void, Failure>(); },
          [done = std::move(done)](Result<void, Failure> /*room*/) mutable { done({}); });
    }
    is_closing_ = true;
    flush_timer_.cancel();
    work_.finish([destination = destination_] { return destination->close(); }, std::move(done));
  }

 private:
  [[nodiscard]] Duration flush_interval() const noexcept {
    return std::max<Duration>(config_.record_wait_max(), std::chrono::milliseconds(1));
  }

  /// What waits longest has waited for the interval. When the disk refuses, the next callers hear
  /// it; here it is tried again.
  void flush() {
    work_.submit(
        0, [destination = destination_, now = lane_.now()] { return destination->flush(now); },
        [this](Result<void, Failure> result) {
          if (result || is_closing_) return;
          log::warn("file.flush", {{"error", result.error().message}});
          flush_timer_.schedule(std::max<Duration>(flush_interval(), std::chrono::seconds(1)));
        });
  }

  /// What the disk refuses may be accepted later; what cannot be encoded never will be.
  static pipeline::Outcome outcome_of(const Result<void, Failure>& result) {
    if (result) return pipeline::Outcome::ok();
    const Failure& failure = result.error();
    const bool may_retry =
        failure.code == ErrorCode::unavailable || failure.code == ErrorCode::shutting_down;
    return may_retry ? pipeline::Outcome::retryable(failure.message)
                     : pipeline::Outcome::permanent(failure.message);
  }

  const FileConfig& config_;
  runtime::Lane& lane_;
  std::shared_ptr<Destination> destination_;  // shared with jobs on the worker
  shared::OrderedWork work_;
  runtime::Timer flush_timer_;
  pipeline::ItemCounters sent_;
  size_t writer_count_ = 0;
  bool is_closing_ = false;
};

class File final : public pipeline::Exporter {
 public:
  File(const pipeline::ComponentContext& context, const FileConfig& config)
      : logger_(context.logger), file_(SharedFile::of(context, config)) {}

  Result<void, Failure> start() override { return file_->open(); }
  void consume(pipeline::Batch batch) override { file_->write(std::move(batch)); }
  void drain(base::UniqueFunction<void()> done) override {
    file_->leave([logger = logger_, done = std::move(done)](Result<void, Failure> result) mutable {
      if (!result) {
        logger.error("file.close", {{"error", result.error().message}});
      }
      done();
    });
  }

 private:
  const log::Logger logger_;
  std::shared_ptr<SharedFile> file_;  // shared with the other signals' exporters
};

class FileFactory final : public pipeline::FactoryFor<FileConfig> {
 public:
  FileFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::exporter,
                    .type = "file",
                    .summary = "Writes to a file: JSON lines or protobuf messages.",
                    .placement = pipeline::Placement::singleton}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Exporter> create_exporter(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal /*signal*/) const override {
    return std::make_unique<File>(context, as_config(settings));
  }
};

}  // namespace

const pipeline::Factory& factory() {
  static const FileFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::file
