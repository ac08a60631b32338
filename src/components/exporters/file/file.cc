#include "components/exporters/file/file.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "components/exporters/file/encoder.h"
#include "components/exporters/file/file_config.h"
#include "components/shared/file_output/ordered_work.h"
#include "components/shared/file_output/output_file.h"
#include "pipeline/item_counters.h"

namespace telemill::components::exporters::file {
namespace {

/// Payloads that wait for the disk; more are refused for the moment.
constexpr size_t waiting_bytes_max = 64_MiB;

/// What jobs on the worker touch.
struct Sink {
  Encoder encoder;
  std::optional<shared::OutputFile> file;

  Result<void, Failure> write(const otlp::Payload& payload) {
    const Result<base::Buffer> record = encoder.encode(payload);
    if (!record) return fail(record.error().code, record.error().what);
    return file->write(record->view());
  }
};

/// One open file and the exporters of all signals that write to it. First lane only.
class SharedFile {
 public:
  SharedFile(const pipeline::ComponentContext& context, const FileConfig& config)
      : config_(config),
        sink_(std::make_shared<Sink>(Sink{Encoder(config.format, config.compression), {}})),
        work_(context.lane, context.worker, waiting_bytes_max),
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

  Result<void, Failure> open() {
    if (sink_->file) return {};
    using Start = shared::OutputFile::Start;
    TELEMILL_ASSIGN(auto file,
                    shared::OutputFile::open(config_.path,
                                             config_.append ? Start::appended : Start::truncated));
    sink_->file.emplace(std::move(file));
    return {};
  }

  void write(pipeline::Batch batch) {
    const size_t bytes = batch.payload.byte_count();
    const otlp::Signal signal = batch.signal();
    const size_t items = batch.item_count();
    work_.submit(
        bytes, [sink = sink_, payload = std::move(batch.payload)] { return sink->write(payload); },
        [this, signal, items, done = std::move(batch.done)](Result<void, Failure> result) mutable {
          if (result) sent_.add(signal, items);
          done.settle(outcome_of(result));
        });
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
    work_.finish([sink = sink_] { return close(*sink); }, std::move(done));
  }

 private:
  /// What the disk refuses may be accepted later; what cannot be encoded never will be.
  static pipeline::Outcome outcome_of(const Result<void, Failure>& result) {
    if (result) return pipeline::Outcome::ok();
    const Failure& failure = result.error();
    const bool may_retry =
        failure.code == ErrorCode::unavailable || failure.code == ErrorCode::shutting_down;
    return may_retry ? pipeline::Outcome::retryable(failure.message)
                     : pipeline::Outcome::permanent(failure.message);
  }

  static Result<void, Failure> close(Sink& sink) {
    if (!sink.file) return {};
    return sink.file->close();
  }

  const FileConfig& config_;
  std::shared_ptr<Sink> sink_;  // shared with jobs on the worker
  shared::OrderedWork work_;
  pipeline::ItemCounters sent_;
  size_t writer_count_ = 0;
};

class File final : public pipeline::Exporter {
 public:
  File(const pipeline::ComponentContext& context, const FileConfig& config)
      : name_(context.id.text()), file_(SharedFile::of(context, config)) {}

  Result<void, Failure> start() override { return file_->open(); }
  void consume(pipeline::Batch batch) override { file_->write(std::move(batch)); }
  void drain(base::UniqueFunction<void()> done) override {
    file_->leave([name = name_, done = std::move(done)](Result<void, Failure> result) mutable {
      if (!result) {
        log::error("file.close",
                   {{"otelcol.component.id", name}, {"error", result.error().message}});
      }
      done();
    });
  }

 private:
  const std::string name_;
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

config::Problems FileConfig::check() const {
  config::Problems problems;
  if (path.empty()) problems.add("path", "must be set");
  if (append && compression != Compression::none) {
    problems.add("append", "cannot be combined with compression");
  }
  if (flush_interval <= Duration::zero()) {
    problems.add("flush_interval", "must be larger than zero");
  }
  return problems;
}

const pipeline::Factory& factory() {
  static const FileFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::file
