#include "components/connectors/forward/forward.h"

#include <memory>
#include <utility>
#include <vector>

#include "pipeline/fan_out.h"

namespace telemill::components::connectors::forward {
namespace {

struct ForwardConfig {
  static constexpr auto fields = std::tuple{};
};

class Forward final : public pipeline::Connector {
 public:
  explicit Forward(std::vector<pipeline::Consumer*> outputs) : to_all_(std::move(outputs)) {}

  void consume(pipeline::Batch batch) override { to_all_.consume(std::move(batch)); }

 private:
  pipeline::FanOut to_all_;
};

class ForwardFactory final : public pipeline::FactoryFor<ForwardConfig> {
 public:
  ForwardFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::connector,
                    .type = "forward",
                    .summary = "Joins and splits pipelines of one signal."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Connector> create_connector(
      const pipeline::ComponentContext&, const pipeline::ComponentConfig&, otlp::Signal,
      otlp::Signal, std::span<const pipeline::ConnectorOutput> outputs) const override {
    std::vector<pipeline::Consumer*> consumers;
    for (const pipeline::ConnectorOutput& output : outputs) consumers.push_back(output.consumer);
    return std::make_unique<Forward>(std::move(consumers));
  }
};

}  // namespace

const pipeline::Factory& factory() {
  static const ForwardFactory instance;
  return instance;
}

}  // namespace telemill::components::connectors::forward
