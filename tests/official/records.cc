#include "official/records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>

namespace telemill::official {
namespace {

// A record alone: a request with its resource, its scope and nothing else, serialised. OTLP has no
// maps, so equal messages have equal bytes.

void split(const Traces& request, std::vector<std::string>& into) {
  for (const auto& resource : request.resource_spans()) {
    for (const auto& scope : resource.scope_spans()) {
      Traces alone;
      auto& outer = *alone.add_resource_spans();
      if (resource.has_resource()) *outer.mutable_resource() = resource.resource();
      outer.set_schema_url(resource.schema_url());
      auto& inner = *outer.add_scope_spans();
      if (scope.has_scope()) *inner.mutable_scope() = scope.scope();
      inner.set_schema_url(scope.schema_url());
      for (const auto& span : scope.spans()) {
        inner.clear_spans();
        *inner.add_spans() = span;
        into.push_back(alone.SerializeAsString());
      }
    }
  }
}

void split(const Metrics& request, std::vector<std::string>& into) {
  for (const auto& resource : request.resource_metrics()) {
    for (const auto& scope : resource.scope_metrics()) {
      Metrics alone;
      auto& outer = *alone.add_resource_metrics();
      if (resource.has_resource()) *outer.mutable_resource() = resource.resource();
      outer.set_schema_url(resource.schema_url());
      auto& inner = *outer.add_scope_metrics();
      if (scope.has_scope()) *inner.mutable_scope() = scope.scope();
      inner.set_schema_url(scope.schema_url());
      for (const auto& metric : scope.metrics()) {
        inner.clear_metrics();
        *inner.add_metrics() = metric;
        into.push_back(alone.SerializeAsString());
      }
    }
  }
}

void split(const Logs& request, std::vector<std::string>& into) {
  for (const auto& resource : request.resource_logs()) {
    for (const auto& scope : resource.scope_logs()) {
      Logs alone;
      auto& outer = *alone.add_resource_logs();
      if (resource.has_resource()) *outer.mutable_resource() = resource.resource();
      outer.set_schema_url(resource.schema_url());
      auto& inner = *outer.add_scope_logs();
      if (scope.has_scope()) *inner.mutable_scope() = scope.scope();
      inner.set_schema_url(scope.schema_url());
      for (const auto& record : scope.log_records()) {
        inner.clear_log_records();
        *inner.add_log_records() = record;
        into.push_back(alone.SerializeAsString());
      }
    }
  }
}

template <class Request>
std::vector<std::string> split_all(const std::vector<Request>& requests) {
  std::vector<std::string> records;
  for (const Request& request : requests) split(request, records);
  std::ranges::sort(records);
  return records;
}

/// The first of `records` that `others` lacks, to be read by people.
template <class Request>
std::string only_in(const std::vector<std::string>& records,
                    const std::vector<std::string>& others) {
  std::vector<std::string> difference;
  std::ranges::set_difference(records, others, std::back_inserter(difference));
  if (difference.empty()) return "nothing";
  Request request;
  request.ParseFromString(difference.front());
  return std::to_string(difference.size()) + ", first\n" + request.DebugString();
}

}  // namespace

std::vector<std::string> read_saved(const std::string& path) {
  constexpr size_t length_bytes = 4;
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::vector<std::string> requests;
  for (size_t at = 0; at < bytes.size();) {
    size_t size = 0;
    for (size_t i = 0; i < length_bytes && at + i < bytes.size(); ++i) {
      size = size << 8 | static_cast<uint8_t>(bytes[at + i]);
    }
    at += length_bytes;
    if (at > bytes.size() || size > bytes.size() - at) {
      ADD_FAILURE() << path << " is cut short";
      break;
    }
    requests.push_back(bytes.substr(at, size));
    at += size;
  }
  return requests;
}

template <class Request>
std::vector<Request> parse_all(const std::vector<std::string>& bodies) {
  std::vector<Request> requests(bodies.size());
  for (size_t i = 0; i < bodies.size(); ++i) {
    EXPECT_TRUE(requests[i].ParseFromString(bodies[i])) << "request " << i;
  }
  return requests;
}

template <class Request>
size_t count_records(const std::vector<Request>& requests) {
  return split_all(requests).size();
}

template <class Request>
void expect_same_records(const std::vector<Request>& sent, const std::vector<Request>& received) {
  const auto sent_records = split_all(sent);
  const auto received_records = split_all(received);
  EXPECT_FALSE(sent_records.empty()) << "nothing was sent";
  if (sent_records == received_records) return;
  ADD_FAILURE() << sent_records.size() << " records sent, " << received_records.size()
                << " received\nonly sent: " << only_in<Request>(sent_records, received_records)
                << "\nonly received: " << only_in<Request>(received_records, sent_records);
}

template std::vector<Traces> parse_all(const std::vector<std::string>&);
template std::vector<Metrics> parse_all(const std::vector<std::string>&);
template std::vector<Logs> parse_all(const std::vector<std::string>&);
template size_t count_records(const std::vector<Traces>&);
template size_t count_records(const std::vector<Metrics>&);
template size_t count_records(const std::vector<Logs>&);
template void expect_same_records(const std::vector<Traces>&, const std::vector<Traces>&);
template void expect_same_records(const std::vector<Metrics>&, const std::vector<Metrics>&);
template void expect_same_records(const std::vector<Logs>&, const std::vector<Logs>&);

}  // namespace telemill::official
