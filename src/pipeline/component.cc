#include "pipeline/component.h"

#include <utility>

#include "base/check.h"
#include "pipeline/extension.h"

namespace telemill::pipeline {

log::Logger logger_of(ComponentKind kind, const config::ComponentId& id,
                      std::optional<otlp::Signal> signal, const config::ComponentId* pipeline) {
  log::Speaker speaker{{"otelcol.component.id", id.text()},
                       {"otelcol.component.kind", std::string(config::name_of(kind))}};
  if (pipeline != nullptr) speaker.emplace_back("otelcol.pipeline.id", pipeline->text());
  if (signal) speaker.emplace_back("otelcol.signal", std::string(otlp::names(*signal).name));
  return log::Logger(std::move(speaker));
}

config::Problems Factory::check_signal(const ComponentConfig&, otlp::Signal) const { return {}; }

std::unique_ptr<Receiver> Factory::create_receiver(const ComponentContext&, const ComponentConfig&,
                                                   const ReceiverOutputs&) const {
  TELEMILL_CHECK(info_.kind != ComponentKind::receiver);
  return nullptr;
}

std::unique_ptr<Processor> Factory::create_processor(const ComponentContext&,
                                                     const ComponentConfig&, otlp::Signal,
                                                     Consumer&) const {
  TELEMILL_CHECK(info_.kind != ComponentKind::processor);
  return nullptr;
}

std::unique_ptr<Exporter> Factory::create_exporter(const ComponentContext&, const ComponentConfig&,
                                                   otlp::Signal) const {
  TELEMILL_CHECK(info_.kind != ComponentKind::exporter);
  return nullptr;
}

std::unique_ptr<Connector> Factory::create_connector(const ComponentContext&,
                                                     const ComponentConfig&, otlp::Signal,
                                                     otlp::Signal,
                                                     std::span<const ConnectorOutput>) const {
  TELEMILL_CHECK(info_.kind != ComponentKind::connector);
  return nullptr;
}

std::unique_ptr<Extension> Factory::create_extension(const ComponentContext&,
                                                     const ComponentConfig&) const {
  TELEMILL_CHECK(info_.kind != ComponentKind::extension);
  return nullptr;
}

}  // namespace telemill::pipeline
