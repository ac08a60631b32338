#pragma once

#include <vector>

#include "config/node.h"
#include "config/problem.h"

namespace telemill::config {

/// Lays `over` on `base`, as a later --config does: mappings merge key by key, anything else is
/// replaced. So a later null erases and a later `{}` does not.
void merge(Node& base, Node&& over);

/// For whole configurations, before merge(): puts what `base` lists in service::extensions and in
/// the receivers and exporters of pipelines ahead of what `over` lists there, each entry once. So
/// these lists grow instead of being replaced. Processors do not: their order has a meaning.
void keep_listed(const Node& base, Node& over);

/// Adds what `mapping` lacks from the mappings `more`, of which earlier ones win: the rule of `<<`.
void add_missing(Node& mapping, std::vector<Node> more);

/// Turns top-level keys `a::b::c: value` into nested mappings, as the reference does for every
/// source: beside what stands there already, but in place of an `a: {b: {c: ...}}`. Too many levels
/// and too many such keys are problems.
void nest_top_keys(Node& root, Problems& problems);

}  // namespace telemill::config
