#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/unique_function.h"
#include "load/gen_report.h"
#include "load/gen_settings.h"
#include "load/id_file.h"
#include "load/request_form.h"
#include "load/request_pool.h"
#include "runtime/lane.h"
#include "runtime/metrics.h"
#include "runtime/worker.h"
#include "transport/client.h"

namespace telemill::load {

/// What one lane has to do of a run.
struct SenderShare {
  Series series;
  uint32_t connections = 1;
  double items_per_second = 0;       // zero: closed loop
  std::optional<uint64_t> requests;  // nothing: until the time is over
};

/// Counts for the progress line; written by the sender's lane, read by any thread.
struct GenProgress {
  runtime::Counter sent_items;
  runtime::Counter acknowledged_items;
  runtime::Counter lost_requests;  // refused or failed
};

/// One lane of the generator: keeps its streams busy (closed loop) or sends at intended times
/// whatever the server does (open loop; latencies count from the intended time, so a stall shows
/// in all the requests it delays). Lives on its lane between `start` and `on_done`.
class Sender {
 public:
  Sender(runtime::Lane& lane, runtime::Worker& worker, const GenSettings& settings,
         const std::vector<Template>& templates, SenderShare share, std::unique_ptr<IdFile> ids,
         GenProgress& progress, base::UniqueFunction<void()> on_done);
  ~Sender();

  void start();
  /// Sends nothing new; waits for answers as long as the settings say.
  void stop_sending();
  /// Complete once `on_done` was called.
  [[nodiscard]] const GenReport& report() const noexcept { return report_; }
  [[nodiscard]] bool has_lost_ids() const noexcept { return ids_ && ids_->has_failed(); }

 private:
  /// A stream of a connection and the request it carries.
  struct Slot {
    explicit Slot(runtime::Lane& lane, base::UniqueFunction<void()> on_timer)
        : timer(lane, std::move(on_timer)) {}
    runtime::Timer timer;
    transport::Client* client = nullptr;
    const Template* source = nullptr;
    uint32_t copy = 0;  // in the pool; with `reuse_ids` the index of what was coded
    Numbering numbering;
    uint64_t id_sum = 0;
    TimePoint intended{};
    uint32_t attempts = 0;
    bool is_resting = false;  // after a failure, without a request
  };
  /// A request that is coded once (`reuse_ids`).
  struct Coded {
    base::Rope body;
    Numbering numbering;
    uint64_t id_sum = 0;
  };

  void code_all();
  bool take_request(Slot& slot);
  void return_request(const Slot& slot);
  [[nodiscard]] bool may_send() const noexcept;
  void pump();
  void pump_on_time();
  bool send_new(TimePoint intended);
  void number(Slot& slot);
  void send(uint32_t slot);
  Result<base::Rope> encode(const Slot& slot);
  void on_response(uint32_t slot, transport::ClientResult result);
  void settle(uint32_t slot, const Answer* answer, const Failure* failure);
  bool retry(uint32_t slot, const Answer* answer);
  void on_slot_timer(uint32_t slot);
  void record_ids(const Slot& slot, IdStatus status);
  void count_unsent();
  void give_up();
  void finish_if_done();

  runtime::Lane& lane_;
  const GenSettings& settings_;
  const std::vector<Template>& templates_;
  const SenderShare share_;
  RequestForm form_;
  RequestPool pool_;
  const std::unique_ptr<IdFile> ids_;
  GenProgress& progress_;
  base::UniqueFunction<void()> on_done_;

  runtime::Worker& worker_;
  std::vector<std::unique_ptr<transport::Client>> clients_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<uint32_t> free_slots_;
  std::vector<Coded> coded_;
  uint32_t next_coded_ = 0;
  runtime::Timer pace_;
  runtime::Timer end_;

  GenReport report_;
  TimePoint started_{};
  Duration cpu_before_{};
  TimePoint due_{};  // of the next request, when paced
  uint64_t planned_items_ = 0;
  uint64_t next_item_ = 0;
  uint64_t next_trace_ = 0;
  uint64_t captured_items_ = 0;  // per round
  uint64_t captured_traces_ = 0;
  bool is_sending_ = false;
  bool is_draining_ = false;
  bool is_done_ = false;
};

}  // namespace telemill::load
