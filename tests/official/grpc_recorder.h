#pragma once

#include <grpcpp/grpcpp.h>
#include <opentelemetry/proto/collector/logs/v1/logs_service.grpc.pb.h>
#include <opentelemetry/proto/collector/metrics/v1/metrics_service.grpc.pb.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.grpc.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "official/records.h"

/// A back end of the official libraries alone: what a client sends is what it notes.
namespace telemill::official {

template <class Service, class Request, class Response>
class Recorder final : public Service {
 public:
  grpc::Status Export(grpc::ServerContext* /*context*/, const Request* request,
                      Response* /*response*/) override {
    requests.push_back(*request);
    return grpc::Status::OK;
  }
  std::vector<Request> requests;  // for when the client is gone
};

namespace collector = opentelemetry::proto::collector;

/// Listens on a port of the kernel's choice. For one client that sends one request at a time.
class GrpcRecorder {
 public:
  GrpcRecorder() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&traces_);
    builder.RegisterService(&metrics_);
    builder.RegisterService(&logs_);
    server_ = builder.BuildAndStart();
  }

  [[nodiscard]] int port() const noexcept { return port_; }
  /// Call before what follows.
  void stop() { server_->Shutdown(); }
  [[nodiscard]] const std::vector<Traces>& traces() const noexcept { return traces_.requests; }
  [[nodiscard]] const std::vector<Metrics>& metrics() const noexcept { return metrics_.requests; }
  [[nodiscard]] const std::vector<Logs>& logs() const noexcept { return logs_.requests; }

 private:
  Recorder<collector::trace::v1::TraceService::Service, Traces,
           collector::trace::v1::ExportTraceServiceResponse>
      traces_;
  Recorder<collector::metrics::v1::MetricsService::Service, Metrics,
           collector::metrics::v1::ExportMetricsServiceResponse>
      metrics_;
  Recorder<collector::logs::v1::LogsService::Service, Logs,
           collector::logs::v1::ExportLogsServiceResponse>
      logs_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace telemill::official
