#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace telemill::pipeline {

/// A name with a value. A name may stand several times; the order of its values is kept.
struct ContextEntry {
  std::string name;
  std::string value;

  friend bool operator==(const ContextEntry&, const ContextEntry&) = default;
};

/// What is known of the client that sent a batch. Immutable and shared: it crosses lanes with the
/// batch and outlives the request.
struct RequestContext {
  std::string client_address;          // without the port; empty for unix sockets
  std::vector<ContextEntry> metadata;  // headers, with names in lower case; `include_metadata`
  std::vector<ContextEntry> auth;      // what the authenticator found out: "username", ...
};

/// Null when nobody upstream knows anything: merged batches, data of our own.
using RequestContextPtr = std::shared_ptr<const RequestContext>;

/// All values of `name`, which is in lower case, in their order.
[[nodiscard]] std::vector<std::string_view> values_of(const std::vector<ContextEntry>& entries,
                                                      std::string_view name);

}  // namespace telemill::pipeline
