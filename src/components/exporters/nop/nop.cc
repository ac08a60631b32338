#include "components/exporters/nop/nop.h"

#include <memory>

#include "pipeline/item_counters.h"

namespace telemill::components::exporters::nop {
namespace {

struct NopConfig {
  static constexpr auto fields = std::tuple{};
};

class Nop final : public pipeline::Exporter {
 public:
  explicit Nop(const pipeline::ComponentContext& context)
      : sent_(context.metrics, "otelcol_exporter_sent_", "Items that the peer accepted.",
              {{"exporter", context.id.text()}}) {}

  void consume(pipeline::Batch batch) override {
    sent_.add(batch.signal(), batch.item_count());
    batch.done.settle(pipeline::Outcome::ok());
  }

 private:
  pipeline::ItemCounters sent_;
};

class NopFactory final : public pipeline::FactoryFor<NopConfig> {
 public:
  NopFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::exporter,
                    .type = "nop",
                    .summary = "Accepts everything and keeps nothing."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Exporter> create_exporter(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig&,
      otlp::Signal) const override {
    return std::make_unique<Nop>(context);
  }
};

}  // namespace

const pipeline::Factory& factory() {
  static const NopFactory instance;
  return instance;
}

}  // namespace telemill::components::exporters::nop
