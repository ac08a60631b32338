#pragma once

#include <google/protobuf/message.h>

#include <vector>

#include "official/records.h"

/// Requests in one form of several that mean the same, for comparing what two programs send.
namespace telemill::official {

/// Messages that a program may leave out or send empty are there, and each metric has one data
/// point: batches may be cut inside of a metric.
std::vector<Traces> canonical(std::vector<Traces> requests);
std::vector<Metrics> canonical(const std::vector<Metrics>& requests);
std::vector<Logs> canonical(std::vector<Logs> requests);

/// Puts all attributes of a message in the order of their keys: they are a set.
void sort_attributes(google::protobuf::Message& message);

}  // namespace telemill::official
