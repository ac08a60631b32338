#include "pipeline/component.h"

#include "base/check.h"
#include "pipeline/extension.h"

namespace telemill::pipeline {

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
