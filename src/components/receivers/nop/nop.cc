#include "components/receivers/nop/nop.h"

#include <memory>

namespace telemill::components::receivers::nop {
namespace {

struct NopConfig {
  static constexpr auto fields = std::tuple{};
};

class NopFactory final : public pipeline::FactoryFor<NopConfig> {
 public:
  NopFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::receiver,
                    .type = "nop",
                    .summary = "Receives nothing."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Receiver> create_receiver(
      const pipeline::ComponentContext&, const pipeline::ComponentConfig&,
      const pipeline::ReceiverOutputs&) const override {
    return std::make_unique<pipeline::Receiver>();
  }
};

}  // namespace

const pipeline::Factory& factory() {
  static const NopFactory instance;
  return instance;
}

}  // namespace telemill::components::receivers::nop
