#include "engine/plan_authentication.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "pipeline/authentication.h"

namespace telemill::engine {
namespace {

using config::Node;
using config::TypeInfo;
using config::TypeKind;

/// Walks the settings of components, along with the file where it has them.
class Search {
 public:
  Search(const Plan& plan, config::Problems& problems) : plan_(plan), problems_(problems) {}

  void look_at(const PlannedComponent& component, std::string_view section, const Node& root) {
    const std::string id = component.id.text();
    const Node* const list = root.find(section);
    const Node* const node = list == nullptr ? nullptr : list->find(id);
    visit(component.factory->type_info(), component.settings->structure(), node, component.mark,
          config::join_path(section, id));
  }

 private:
  void visit(const TypeInfo& type, const void* value, const Node* node, config::Mark mark,
             const std::string& path) {
    if (node != nullptr) mark = node->mark;
    if (&type == &config::type_info<pipeline::ServerAuthConfig>) {
      const auto& auth = *static_cast<const pipeline::ServerAuthConfig*>(value);
      check(auth.authenticator, true, mark, path);
    } else if (&type == &config::type_info<pipeline::ClientAuthConfig>) {
      const auto& auth = *static_cast<const pipeline::ClientAuthConfig*>(value);
      check(auth.authenticator, false, mark, path);
    } else if (type.kind == TypeKind::structure) {
      visit_fields(type, value, node, mark, path);
    } else if (type.visit != nullptr) {
      visit_elements(type, value, node, mark, path);
    }
  }

  void visit_fields(const TypeInfo& type, const void* value, const Node* node, config::Mark mark,
                    const std::string& path) {
    for (const config::FieldInfo& field : type.fields) {
      if (field.type == nullptr) continue;
      const void* const member = config::member_of(field, value);
      if (field.kind == config::FieldKind::inlined) {
        visit_fields(*field.type, member, node, mark, path);
      } else {
        visit(*field.type, member, node == nullptr ? nullptr : node->find(field.key), mark,
              config::join_path(path, field.key));
      }
    }
  }

  void visit_elements(const TypeInfo& type, const void* value, const Node* node, config::Mark mark,
                      const std::string& path) {
    size_t index = 0;
    type.visit(value, [&](std::string_view key, const void* element) {
      if (type.kind == TypeKind::optional) return visit(*type.element, element, node, mark, path);
      const bool is_list = type.kind == TypeKind::list;
      const Node* child = nullptr;
      if (node != nullptr && is_list && index < node->items.size()) child = &node->items[index];
      if (node != nullptr && !is_list) child = node->find(key);
      visit(*type.element, element, child, mark,
            is_list ? fmt::format("{}[{}]", path, index) : config::join_path(path, key));
      ++index;
    });
  }

  void check(const config::ComponentId& id, bool is_server, config::Mark mark,
             const std::string& path) {
    const auto add = [&](std::string message, std::string hint) {
      problems_.add({.mark = mark,
                     .path = config::join_path(path, "authenticator"),
                     .message = std::move(message),
                     .hint = std::move(hint)});
    };
    if (id.empty()) return add("required", "name an extension that authenticates");
    const std::string name = config::in_quotes(id.text());
    const auto known = std::ranges::find(plan_.extensions, id, &PlannedComponent::id);
    if (known == plan_.extensions.end()) {
      return add("references extension " + name + " which is not configured", {});
    }
    const auto index = static_cast<size_t>(known - plan_.extensions.begin());
    if (std::ranges::count(plan_.running_extensions, index) == 0) {
      return add("references extension " + name + " which does not run",
                 "add it to service::extensions");
    }
    if (known->factory == nullptr || known->settings == nullptr) return;  // reported already
    const auto sides = known->factory->authenticates(*known->settings);
    if (is_server ? sides.is_server : sides.is_client) return;
    add("the extension " + name + " does not authenticate " +
            (is_server ? "clients" : "us to peers"),
        {});
  }

  const Plan& plan_;
  config::Problems& problems_;
};

}  // namespace

void check_authenticators(const Plan& plan, const Node& root, config::Problems& problems) {
  Search search(plan, problems);
  const auto look_at = [&](const std::vector<PlannedComponent>& list, std::string_view section,
                           auto is_used) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (list[i].factory != nullptr && is_used(i)) search.look_at(list[i], section, root);
    }
  };
  const auto in_pipeline = [&plan](std::vector<size_t> PlannedPipeline::* role) {
    return [&plan, role](size_t i) {
      return std::ranges::any_of(plan.pipelines, [&](const PlannedPipeline& pipeline) {
        return std::ranges::count(pipeline.*role, i) > 0;
      });
    };
  };
  look_at(plan.receivers, "receivers", in_pipeline(&PlannedPipeline::receivers));
  look_at(plan.processors, "processors", in_pipeline(&PlannedPipeline::processors));
  look_at(plan.exporters, "exporters", in_pipeline(&PlannedPipeline::exporters));
  look_at(plan.connectors, "connectors", in_pipeline(&PlannedPipeline::connectors_in));
  look_at(plan.extensions, "extensions",
          [&plan](size_t i) { return std::ranges::count(plan.running_extensions, i) > 0; });
}

}  // namespace telemill::engine
