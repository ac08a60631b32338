#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/unique_function.h"
#include "config/component_aliases.h"
#include "config/component_id.h"
#include "config/fields.h"
#include "config/problem.h"
#include "otlp/signal.h"
#include "pipeline/authentication.h"
#include "pipeline/batch.h"
#include "pipeline/status.h"
#include "runtime/lane.h"
#include "runtime/memory_budget.h"
#include "runtime/metrics.h"
#include "runtime/shared_objects.h"
#include "runtime/worker.h"
#include "telemill/result.h"

/// The contract of what users name in YAML. A component is one folder below src/components/ with a
/// `factory()`, and one line in the build that registers it.
namespace telemill::pipeline {

using config::ComponentKind;

/// On which lanes a component has instances.
enum class Placement : uint8_t {
  lane,       // one per lane; nothing is shared
  singleton,  // one, on the first lane; other lanes hand their batches over (receivers have none)
};

/// A set of signals.
class Signals {
 public:
  constexpr Signals(std::initializer_list<otlp::Signal> signals) noexcept {
    for (const otlp::Signal signal : signals) bits_ |= bit(signal);
  }
  static constexpr Signals all() noexcept {
    return {otlp::Signal::traces, otlp::Signal::metrics, otlp::Signal::logs,
            otlp::Signal::profiles};
  }
  constexpr void add(otlp::Signal signal) noexcept { bits_ |= bit(signal); }
  [[nodiscard]] constexpr bool has(otlp::Signal signal) const noexcept {
    return (bits_ & bit(signal)) != 0;
  }

 private:
  static constexpr uint8_t bit(otlp::Signal signal) noexcept {
    return static_cast<uint8_t>(1U << static_cast<uint8_t>(signal));
  }
  uint8_t bits_ = 0;
};

class Extension;
class Host;

/// The extensions of a lane, started before everything that may ask for them. One lane.
class Extensions {
 public:
  /// Null when there is no such extension among `service.extensions`.
  [[nodiscard]] virtual Extension* find(const config::ComponentId& id) const noexcept = 0;

 protected:
  ~Extensions() = default;
};

/// What an instance lives on: its lane's facilities and its name. The references outlive it.
struct ComponentContext {
  config::ComponentId id;  // as the user wrote it
  runtime::Lane& lane;
  runtime::LaneBudget& budget;
  runtime::Worker& worker;
  runtime::MetricRegistry& metrics;
  runtime::SharedObjects& shared;  // with its instances on other lanes
  bool is_first_lane = true;
  const Extensions* extensions = nullptr;
  StatusReporter* status = nullptr;
  const Host* host = nullptr;  // of extensions on the control lane only
  log::Logger logger{};        // in the instance's name

  /// Says how the instance is doing, if anybody wants to know.
  void report(Status state, std::string_view message = {}) const {
    if (status != nullptr) status->report(state, message);
  }
};

/// Logs in the name of a component; of one signal if it has one, of one pipeline if it is a
/// processor's.
[[nodiscard]] log::Logger logger_of(ComponentKind kind, const config::ComponentId& id,
                                    std::optional<otlp::Signal> signal = {},
                                    const config::ComponentId* pipeline = nullptr);

/// A part of a running pipeline. Created, started, drained and destroyed on its own lane. May be
/// destroyed in any state, upstream first: a completion that it attached to a batch may run after
/// it is gone (see Lifeline).
class Component {
 public:
  virtual ~Component() = default;
  /// Opens what it needs. Downstream components have been started before.
  virtual Result<void, Failure> start() { return {}; }
  /// Upstream has gone quiet: send on whatever is held, then call `done`, now or later. Receivers
  /// stop taking new work first. At most once; what is consumed afterwards is still sent on.
  virtual void drain(base::UniqueFunction<void()> done) { done(); }
};

class Receiver : public Component {};
class Processor : public Component, public Consumer {};
class Exporter : public Component, public Consumer {};
/// The end of one pipeline and the beginning of others.
class Connector : public Component, public Consumer {};

/// A pipeline that a connector feeds.
struct ConnectorOutput {
  config::ComponentId pipeline;
  Consumer* consumer = nullptr;
};

/// Where a receiver's batches go, by signal; null for signals without a pipeline.
using ReceiverOutputs = std::array<Consumer*, otlp::signal_count>;

/// A component's settings after parsing; each factory knows its own kind.
struct ComponentConfig {
  virtual ~ComponentConfig() = default;
  /// The struct that the factory's `type_info()` describes.
  [[nodiscard]] virtual const void* structure() const noexcept = 0;
};

/// One component type: how to read its settings and how to make instances.
class Factory {
 public:
  struct Info {
    ComponentKind kind;
    std::string_view type;
    std::string_view summary;  // a sentence for `telemill components` and the docs
    Signals signals = Signals::all();
    Placement placement = Placement::lane;
  };

  explicit constexpr Factory(const Info& info) noexcept : info_(info) {}
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;
  virtual ~Factory() = default;

  [[nodiscard]] const Info& info() const noexcept { return info_; }

  /// Reads settings from `node`, adding what is wrong to `problems`. Never null.
  [[nodiscard]] virtual std::unique_ptr<ComponentConfig> parse(
      const config::Node& node, const std::string& path, config::Problems& problems) const = 0;
  /// What is wrong with `settings` in a pipeline of `signal`, though right in others. Keys as in
  /// the `check()` of a config struct.
  [[nodiscard]] virtual config::Problems check_signal(const ComponentConfig& settings,
                                                      otlp::Signal signal) const;
  /// The field table, for help, docs and the editor schema.
  [[nodiscard]] virtual const config::TypeInfo& type_info() const noexcept = 0;

  // One of these, by kind. `settings` came from `parse` and outlives the instance.
  [[nodiscard]] virtual std::unique_ptr<Receiver> create_receiver(
      const ComponentContext& context, const ComponentConfig& settings,
      const ReceiverOutputs& outputs) const;
  [[nodiscard]] virtual std::unique_ptr<Processor> create_processor(const ComponentContext& context,
                                                                    const ComponentConfig& settings,
                                                                    otlp::Signal signal,
                                                                    Consumer& next) const;
  [[nodiscard]] virtual std::unique_ptr<Exporter> create_exporter(const ComponentContext& context,
                                                                  const ComponentConfig& settings,
                                                                  otlp::Signal signal) const;
  /// Takes `from` and gives `to` to the pipelines of that signal that name the connector.
  [[nodiscard]] virtual std::unique_ptr<Connector> create_connector(
      const ComponentContext& context, const ComponentConfig& settings, otlp::Signal from,
      otlp::Signal to, std::span<const ConnectorOutput> outputs) const;
  [[nodiscard]] virtual std::unique_ptr<Extension> create_extension(
      const ComponentContext& context, const ComponentConfig& settings) const;

  /// For whom an extension with these settings authenticates.
  [[nodiscard]] virtual AuthenticatorSides authenticates(
      const ComponentConfig& /*settings*/) const noexcept {
    return {};
  }

  /// What a connector makes of a signal.
  [[nodiscard]] virtual Signals outputs_of(otlp::Signal from) const noexcept {
    return info_.signals.has(from) ? Signals{from} : Signals{};
  }

 private:
  const Info info_;
};

/// Parsing for a factory whose settings are the field table `Config`.
template <class Config>
class FactoryFor : public Factory {
 public:
  using Factory::Factory;

  [[nodiscard]] std::unique_ptr<ComponentConfig> parse(const config::Node& node,
                                                       const std::string& path,
                                                       config::Problems& problems) const final {
    return std::make_unique<Parsed>(config::decode<Config>(node, path, problems));
  }
  [[nodiscard]] const config::TypeInfo& type_info() const noexcept final {
    return config::type_info<Config>;
  }

 protected:
  static const Config& as_config(const ComponentConfig& settings) noexcept {
    return static_cast<const Parsed&>(settings).value;
  }

 private:
  struct Parsed final : ComponentConfig {
    explicit Parsed(Config parsed) : value(std::move(parsed)) {}
    [[nodiscard]] const void* structure() const noexcept override { return &value; }
    Config value;
  };
};

}  // namespace telemill::pipeline
