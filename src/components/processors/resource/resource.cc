#include "components/processors/resource/resource.h"

#include <memory>
#include <utility>

#include "otlp/frame.h"

namespace telemill::components::processors::resource {
namespace {

namespace outer = wire::field::outer;

/// The texts that attributes of profiles refer to by number.
std::vector<std::string_view> dictionary_of(std::string_view request_frame) {
  std::vector<std::string_view> strings;
  for (const std::string_view dictionary : otlp::RepeatedView<std::string_view>(
           request_frame, wire::field::profiles::request_dictionary)) {
    for (const std::string_view text : otlp::RepeatedView<std::string_view>(
             dictionary, wire::field::profiles::dictionary_strings)) {
      strings.push_back(text);
    }
  }
  return strings;
}

class ResourceFactory final : public pipeline::FactoryFor<ResourceConfig> {
 public:
  ResourceFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::processor,
                    .type = "resource",
                    .summary = "Edits attributes of resources."}) {}

  [[nodiscard]] std::unique_ptr<pipeline::Processor> create_processor(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      otlp::Signal signal, pipeline::Consumer& next) const override {
    return std::make_unique<Resource>(context, as_config(settings), signal, next);
  }
};

}  // namespace

config::Problems ResourceConfig::check() const {
  config::Problems problems;
  if (attributes.empty()) problems.add("attributes", "at least one action is required");
  return problems;
}

void Resource::edit(const otlp::Part& part, otlp::Splice& splice) {
  const bool has_dictionary = signal() == otlp::Signal::profiles;
  const otlp::Frame request = has_dictionary ? frame_of(part) : otlp::Frame{};
  const std::vector<std::string_view> strings = dictionary_of(request.bytes);
  list_.begin_part(strings);
  const auto resources = part.table.resources();
  for (uint32_t r = 0; r < resources.size(); ++r) {
    const otlp::Frame frame = frame_of(part, resources[r]);
    if (!edit_frame(frame.bytes)) continue;
    base::Buffer edited;
    append_edited(frame.bytes, edits_, edited);
    splice.set_resource_frame(r, edited.view());
  }
}

/// Reads the attributes of the frame's resource. Encoders write one message; of several, protobuf
/// appends their attributes. An entry without a resource gets one when something is added.
bool Resource::read_frame(std::string_view frame) {
  list_.begin_item();
  messages_.clear();
  otlp::FieldCursor fields(frame);
  size_t begin = 0;
  for (otlp::FieldView found; fields.next(found); begin = fields.offset()) {
    if (!found.is_message(outer::resource)) continue;
    const auto content = static_cast<uint32_t>(found.bytes.data() - frame.data());
    if (!list_.read(found.bytes, content, wire::field::resource::attributes)) return false;
    const auto header = static_cast<uint32_t>(begin);
    messages_.push_back({{header, content - header}, static_cast<uint32_t>(found.bytes.size())});
  }
  if (fields.is_broken()) return false;
  if (!messages_.empty()) return true;
  const auto end = static_cast<uint32_t>(frame.size());
  messages_.push_back({{end, 0}, 0});
  return list_.read(frame.substr(end), end, wire::field::resource::attributes);
}

/// Leaves in `edits_` what is to change; false when nothing is.
bool Resource::edit_frame(std::string_view frame) {
  if (!read_frame(frame)) return false;
  program_.run(list_);
  if (!list_.is_changed()) return false;
  attribute_edits_.clear();
  edits_.clear();
  list_.take_edits(attribute_edits_);
  auto next = attribute_edits_.begin();
  for (const Message& message : messages_) {
    const size_t first_edit = edits_.size();
    const bool is_last = &message == &messages_.back();
    while (next != attribute_edits_.end() && (is_last || next->old.offset < message.end())) {
      edits_.push_back(*next++);
    }
    otlp::resize_message(message.header, outer::resource, message.size, first_edit, list_.texts(),
                         edits_);
  }
  return !edits_.empty();
}

const pipeline::Factory& factory() {
  static const ResourceFactory instance;
  return instance;
}

}  // namespace telemill::components::processors::resource
