#include "load/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/random.h"
#include "load/attributes.h"
#include "load/item_models.h"
#include "load/vocabulary.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::load {
namespace {

namespace outer = wire::field::outer;
namespace words = vocabulary;

constexpr uint32_t items_per_request_max = 1'000'000;
constexpr uint32_t distinct_bodies_max = 4096;
constexpr uint32_t attribute_count_max = 10'000;

/// Deals `total` out over `parts` as evenly as can be.
uint32_t share_of(uint32_t total, uint32_t parts, uint32_t part) noexcept {
  return total / parts + (part < total % parts ? 1 : 0);
}

void write_resource(wire::Writer& out, base::Random& random) {
  const std::string_view service = words::service(random);
  Attributes attributes;
  attributes.add("service.name", service);
  attributes.add("service.namespace", "shop");
  attributes.add("service.version", fmt::format("1.{}.{}", random.below(20), random.below(10)));
  attributes.add("service.instance.id", words::hex(random, 32));
  attributes.add("host.name", fmt::format("node-{}", random.below(200)));
  attributes.add("k8s.pod.name", fmt::format("{}-{}", service, words::hex(random, 10)));
  attributes.add("cloud.region", words::region(random));
  attributes.add("telemetry.sdk.language", "cpp");
  const size_t resource = out.open(outer::resource);
  attributes.write(out, wire::field::resource::attributes, random);
  out.close(resource);
}

void write_scope(wire::Writer& out, uint32_t index) {
  const size_t scope = out.open(outer::scope);
  out.bytes(wire::field::scope::name, fmt::format("telemill.load/{}", index));
  out.bytes(wire::field::scope::version, "1.0.0");
  out.close(scope);
}

/// Writes one request after another with the models of one signal.
class RequestWriter {
 public:
  RequestWriter(const WorkloadSettings& settings, base::Random& random) noexcept
      : settings_(settings),
        random_(random),
        spans_(settings, random),
        logs_(settings, random),
        metrics_(settings, random) {}

  std::string write() {
    base::Buffer bytes;
    wire::Writer out(bytes);
    for (uint32_t r = 0; r < settings_.resources; ++r) {
      const uint32_t items = share_of(settings_.items_per_request, settings_.resources, r);
      const size_t resource = out.open(outer::request_resources);
      write_resource(out, random_);
      for (uint32_t s = 0; s < settings_.scopes_per_resource; ++s) {
        const size_t scope = out.open(outer::resource_scopes);
        write_scope(out, s);
        write_items(out, share_of(items, settings_.scopes_per_resource, s));
        out.close(scope);
      }
      out.close(resource);
    }
    return std::string(bytes.view());
  }

 private:
  void write_items(wire::Writer& out, uint32_t count) {
    const uint32_t end = ordinal_ + count;
    while (ordinal_ < end) {
      const size_t record = out.open(outer::scope_items);
      if (settings_.signal == otlp::Signal::metrics) {
        ordinal_ += metrics_.write(out, ordinal_, end - ordinal_);
      } else if (settings_.signal == otlp::Signal::logs) {
        logs_.write(out, ordinal_++);
      } else {
        spans_.write(out, ordinal_++);
      }
      out.close(record);
    }
  }

  const WorkloadSettings& settings_;
  base::Random& random_;
  SpanModel spans_;
  LogModel logs_;
  MetricModel metrics_;
  uint32_t ordinal_ = 0;
};

Unexpected<Failure> refuse(std::string message) {
  return fail(ErrorCode::unsupported, std::move(message));
}

Result<void, Failure> check(const WorkloadSettings& settings) {
  if (settings.signal == otlp::Signal::profiles) return refuse("profiles cannot be generated");
  if (settings.items_per_request == 0 || settings.items_per_request > items_per_request_max) {
    return refuse(fmt::format("items per request must be 1 to {}", items_per_request_max));
  }
  const uint64_t scopes = uint64_t{settings.resources} * settings.scopes_per_resource;
  if (scopes == 0 || scopes > settings.items_per_request) {
    return refuse("resources x scopes must be at least 1 and at most the items per request");
  }
  if (settings.distinct_bodies == 0 || settings.distinct_bodies > distinct_bodies_max) {
    return refuse(fmt::format("distinct bodies must be 1 to {}", distinct_bodies_max));
  }
  const MetricMix& mix = settings.metric_mix;
  if (uint64_t{mix.gauge} + mix.sum + mix.histogram + mix.exponential_histogram + mix.summary ==
      0) {
    return refuse("the mix of metric kinds is empty");
  }
  const uint64_t value_bytes =
      uint64_t{settings.attribute_count} * settings.attribute_bytes + settings.log_body_bytes;
  if (settings.attribute_count > attribute_count_max ||
      value_bytes * settings.items_per_request * settings.distinct_bodies >
          limits::request_bytes_max) {
    return refuse("attributes, items and bodies together exceed one gigabyte");
  }
  return {};
}

std::optional<uint32_t> read_number(std::string_view text) noexcept {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<void, Failure> parse_shape(std::string_view text, WorkloadSettings& settings) {
  constexpr std::string_view prefix = "attributes=";
  if (text == "house" || text == "semconv") {
    settings.shape = text == "house" ? Shape::house : Shape::semconv;
    return {};
  }
  const size_t cross = text.find('x', prefix.size());
  if (text.starts_with(prefix) && cross != std::string_view::npos) {
    const auto count = read_number(text.substr(prefix.size(), cross - prefix.size()));
    const auto bytes = read_number(text.substr(cross + 1));
    if (count && bytes) {
      settings.shape = Shape::attributes;
      settings.attribute_count = *count;
      settings.attribute_bytes = *bytes;
      return {};
    }
  }
  return refuse(fmt::format("unknown shape \"{}\": house, semconv or attributes=NxB", text));
}

Result<std::vector<Template>, Failure> make_workload(const WorkloadSettings& settings,
                                                     uint64_t seed) {
  TELEMILL_TRY(check(settings));
  std::vector<Template> templates;
  templates.reserve(settings.distinct_bodies);
  base::Random random(seed);
  for (uint32_t i = 0; i < settings.distinct_bodies; ++i) {
    std::string bytes = RequestWriter(settings, random).write();
    const auto holes = find_holes(settings.signal, bytes);
    TELEMILL_CHECK(holes.has_value());
    auto made = Template::create(settings.signal, std::move(bytes), *holes);
    TELEMILL_CHECK(made.has_value());
    templates.push_back(std::move(made).value());
  }
  return templates;
}

}  // namespace telemill::load
