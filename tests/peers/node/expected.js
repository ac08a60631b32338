'use strict';
// What the SDK was given to send, as protobuf's own JSON of OTLP requests (ids in base64). Written
// from the SDK's records by hand and not by its exporters, which are what is tried here.

const bytes = (hex) => (hex ? Buffer.from(hex, 'hex').toString('base64') : undefined);
const nanos = ([seconds, rest]) => String(BigInt(seconds) * 1000000000n + BigInt(rest));

function any(value) {
  if (value === null || value === undefined) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(any) } };
  return { kvlistValue: { values: attributes(value) } };
}

function attributes(record) {
  return Object.entries(record ?? {}).map(([key, value]) => ({ key, value: any(value) }));
}

const resourceOf = (resource) => ({ attributes: attributes(resource.attributes) });
const scopeOf = (scope) => ({ name: scope.name, version: scope.version });

// The low byte is the W3C flags; then "is remote" is known, and the parent is remote.
const flags = (context, remote) => (context.traceFlags & 0xff) | 0x100 | (remote ? 0x200 : 0);

function span(record) {
  const context = record.spanContext();
  return {
    traceId: bytes(context.traceId),
    spanId: bytes(context.spanId),
    parentSpanId: bytes(record.parentSpanContext?.spanId),
    traceState: context.traceState?.serialize(),
    flags: flags(context, record.parentSpanContext?.isRemote),
    name: record.name,
    kind: record.kind + 1,
    startTimeUnixNano: nanos(record.startTime),
    endTimeUnixNano: nanos(record.endTime),
    attributes: attributes(record.attributes),
    droppedAttributesCount: record.droppedAttributesCount,
    events: record.events.map((event) => ({
      name: event.name,
      timeUnixNano: nanos(event.time),
      attributes: attributes(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    droppedEventsCount: record.droppedEventsCount,
    links: record.links.map((link) => ({
      traceId: bytes(link.context.traceId),
      spanId: bytes(link.context.spanId),
      traceState: link.context.traceState?.serialize(),
      attributes: attributes(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
      flags: flags(link.context, link.context.isRemote),
    })),
    droppedLinksCount: record.droppedLinksCount,
    status: { code: record.status.code, message: record.status.message },
  };
}

// The SDK's JSON has an empty body where a record has none, its protobuf has no body.
function logRecord(record, isJson) {
  const hasBody = isJson || record.body !== undefined;
  return {
    timeUnixNano: nanos(record.hrTime),
    observedTimeUnixNano: nanos(record.hrTimeObserved),
    severityNumber: record.severityNumber,
    severityText: record.severityText,
    body: hasBody ? any(record.body) : undefined,
    eventName: record.eventName,
    attributes: attributes(record.attributes),
    droppedAttributesCount: record.droppedAttributesCount,
    flags: record.spanContext?.traceFlags,
    traceId: bytes(record.spanContext?.traceId),
    spanId: bytes(record.spanContext?.spanId),
  };
}

// The SDK's numbers: 0 histogram, 1 exponential histogram, 2 gauge, 3 sum.
const kinds = ['histogram', 'exponentialHistogram', 'gauge', 'sum'];

function dataPoint(metric, point) {
  const common = {
    attributes: attributes(point.attributes),
    startTimeUnixNano: nanos(point.startTime),
    timeUnixNano: nanos(point.endTime),
  };
  const value = point.value;
  if (metric.dataPointType >= 2) {
    const isInteger = metric.descriptor.valueType === 0;
    return { ...common, ...(isInteger ? { asInt: String(value) } : { asDouble: value }) };
  }
  const shared = { count: value.count, sum: value.sum, min: value.min, max: value.max };
  if (metric.dataPointType === 0) {
    return {
      ...common,
      ...shared,
      bucketCounts: value.buckets.counts,
      explicitBounds: value.buckets.boundaries,
    };
  }
  return {
    ...common,
    ...shared,
    scale: value.scale,
    zeroCount: value.zeroCount,
    positive: value.positive,
    negative: value.negative,
  };
}

function metric(data) {
  const body = { dataPoints: data.dataPoints.map((point) => dataPoint(data, point)) };
  if (data.dataPointType !== 2) {
    // The SDK counts from 0 (delta), OTLP from 1.
    body.aggregationTemporality = data.aggregationTemporality + 1;
  }
  if (data.dataPointType === 3) body.isMonotonic = data.isMonotonic;
  const { name, description, unit } = data.descriptor;
  return { name, description, unit, [kinds[data.dataPointType]]: body };
}

// One entry per record: the test compares sets of records, however they were grouped.
exports.spans = (records) => ({
  resourceSpans: records.map((record) => ({
    resource: resourceOf(record.resource),
    schemaUrl: record.resource.schemaUrl,
    scopeSpans: [{
      scope: scopeOf(record.instrumentationScope),
      schemaUrl: record.instrumentationScope.schemaUrl,
      spans: [span(record)],
    }],
  })),
});

exports.logs = (records, isJson) => ({
  resourceLogs: records.map((record) => ({
    resource: resourceOf(record.resource),
    schemaUrl: record.resource.schemaUrl,
    scopeLogs: [{
      scope: scopeOf(record.instrumentationScope),
      schemaUrl: record.instrumentationScope.schemaUrl,
      logRecords: [logRecord(record, isJson)],
    }],
  })),
});

exports.metrics = (collected) => ({
  resourceMetrics: [{
    resource: resourceOf(collected.resource),
    schemaUrl: collected.resource.schemaUrl,
    scopeMetrics: collected.scopeMetrics.map((group) => ({
      scope: scopeOf(group.scope),
      schemaUrl: group.scope.schemaUrl,
      metrics: group.metrics.map(metric),
    })),
  }],
});
