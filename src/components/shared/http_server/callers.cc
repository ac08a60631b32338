#include "components/shared/http_server/callers.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "codec/coding.h"
#include "components/shared/http_server/query.h"
#include "pipeline/extension.h"

namespace telemill::components::shared {
namespace {

using pipeline::RequestContext;
using pipeline::RequestContextPtr;

/// The address without its port, in `space`; empty for unix sockets.
std::string_view host_text(const runtime::Address* peer,
                           std::array<char, INET6_ADDRSTRLEN>& space) {
  if (peer == nullptr) return {};
  const void* bytes = nullptr;
  if (peer->storage.ss_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in*>(&peer->storage)->sin_addr;
  } else if (peer->storage.ss_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6*>(&peer->storage)->sin6_addr;
  } else {
    return {};
  }
  if (inet_ntop(peer->storage.ss_family, bytes, space.data(), INET6_ADDRSTRLEN) == nullptr)
    return {};
  std::string_view text(space.data());
  // A listener on [::] sees IPv4 clients in this form.
  constexpr std::string_view mapped = "::ffff:";
  if (text.starts_with(mapped) && text.find('.') != std::string_view::npos) {
    text.remove_prefix(mapped.size());
  }
  return text;
}

/// The headers of a request, behind the parameters of its query that count as headers.
class HeadersAndParameters final : public pipeline::RequestHeaders {
 public:
  HeadersAndParameters(const transport::RequestHead& head, const std::vector<std::string>& names)
      : head_(head) {
    if (names.empty()) return;
    std::string_view query = head.query;
    while (!query.empty()) {
      const size_t end = std::min(query.find('&'), query.size());
      const std::string_view pair = query.substr(0, end);
      query.remove_prefix(std::min(end + 1, query.size()));
      const size_t equals = std::min(pair.find('='), pair.size());
      const std::string key = decode_query_text(pair.substr(0, equals));
      const auto name = std::ranges::find(names, key);
      if (name == names.end() || has(key)) continue;
      parameters_.push_back(
          {key, decode_query_text(pair.substr(std::min(equals + 1, pair.size())))});
    }
  }

  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
    for (const auto& [key, value] : parameters_) {
      if (codec::equals_without_case(key, name)) return value;
    }
    for (const transport::HeaderView& header : head_.headers) {
      if (header.name == name) return header.value;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool has(std::string_view key) const {
    return std::ranges::count(parameters_, key, &pipeline::ContextEntry::name) > 0;
  }

  const transport::RequestHead& head_;
  std::vector<pipeline::ContextEntry> parameters_;
};

}  // namespace

Result<void, Failure> Callers::start(const pipeline::ComponentContext& context) {
  if (!auth_) return {};
  const std::string id = config::in_quotes(auth_->authenticator.text());
  pipeline::Extension* const extension =
      context.extensions == nullptr ? nullptr : context.extensions->find(auth_->authenticator);
  if (extension == nullptr) {
    return fail(ErrorCode::unavailable, "the authenticator " + id + " does not run");
  }
  authenticator_ = extension->server_authenticator();
  if (authenticator_ == nullptr) {
    return fail(ErrorCode::unsupported, "the extension " + id + " does not check clients");
  }
  return {};
}

std::optional<Failure> Callers::refuse(const transport::RequestHead& head) {
  if (!is_checking()) return std::nullopt;
  auto known = authenticator_->authenticate_now(HeadersAndParameters(head, auth_->request_params));
  if (!known || *known) return std::nullopt;
  return std::move(*known).error();
}

void Callers::identify(const transport::RequestHead& head,
                       base::UniqueFunction<void(Result<RequestContextPtr, Failure>)> done) {
  if (!is_checking()) return done(context_of(head));
  auto context = std::make_shared<RequestContext>(make_context(head));
  authenticator_->authenticate(HeadersAndParameters(head, auth_->request_params),
                               [context = std::move(context),
                                done = std::move(done)](pipeline::Authenticated known) mutable {
                                 if (!known) return done(fail(std::move(known).error()));
                                 context->auth = *std::move(known);
                                 done(RequestContextPtr(std::move(context)));
                               });
}

RequestContext Callers::make_context(const transport::RequestHead& head) const {
  std::array<char, INET6_ADDRSTRLEN> space;
  RequestContext context{.client_address = std::string(host_text(head.peer, space))};
  if (!include_metadata_) return context;
  context.metadata.reserve(head.headers.size() + 1);  // the transport bounds their number
  for (const transport::HeaderView& header : head.headers) {
    context.metadata.push_back({std::string(header.name), std::string(header.value)});
  }
  if (!head.authority.empty() && pipeline::values_of(context.metadata, "host").empty()) {
    context.metadata.push_back({"host", std::string(head.authority)});
  }
  return context;
}

RequestContextPtr Callers::context_of(const transport::RequestHead& head) {
  if (include_metadata_) return std::make_shared<const RequestContext>(make_context(head));
  std::array<char, INET6_ADDRSTRLEN> space;
  const std::string_view host = host_text(head.peer, space);
  RequestContextPtr& recent = recent_[std::hash<std::string_view>()(host) % recent_.size()];
  if (recent == nullptr || recent->client_address != host) {
    recent =
        std::make_shared<const RequestContext>(RequestContext{.client_address = std::string(host)});
  }
  return recent;
}

}  // namespace telemill::components::shared
