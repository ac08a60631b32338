'use strict';
// Sends known traces, metrics and logs with the official JavaScript SDK:
//   node send.js grpc|proto|json http://HOST:PORT none|gzip FOLDER
// and writes what it gave to the exporters to FOLDER/{traces,metrics,logs}.json, a request per line.
// Exits with 1 when an export fails.

const fs = require('node:fs');
const path = require('node:path');
const api = require('@opentelemetry/api');
const { createTraceState } = api;
const { SeverityNumber } = require('@opentelemetry/api-logs');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const trace = require('@opentelemetry/sdk-trace-base');
const metrics = require('@opentelemetry/sdk-metrics');
const logs = require('@opentelemetry/sdk-logs');
const expected = require('./expected.js');

const [protocol, endpoint, compression, folder] = process.argv.slice(2);
const packageEnd = { grpc: 'grpc', proto: 'proto', json: 'http' }[protocol];

function exporter(signal, className) {
  const Exporter = require(`@opentelemetry/exporter-${signal}-otlp-${packageEnd}`)[className];
  const folderOf = { trace: 'traces', metrics: 'metrics', logs: 'logs' };
  const url = protocol === 'grpc' ? endpoint : `${endpoint}/v1/${folderOf[signal]}`;
  return new Exporter({ url, compression, timeoutMillis: 20000 });
}

// Exports and tells how it went, as processors and readers do.
function send(target, records) {
  return new Promise((resolve, reject) => {
    target.export(records, (result) => {
      if (result.code === 0) return resolve();
      reject(result.error ?? new Error('the export failed'));
    });
  });
}

const resource = resourceFromAttributes(
  {
    'service.name': 'node-peer',
    'service.instance.id': 'ein Umlaut: \u00fc, ein Zeichen: \u{1f980}',
    'process.pid': 4711,
    'a.double': 0.1,
    'a.bool': true,
    'a.list': ['x', '', 'y'],
  },
  { schemaUrl: 'https://opentelemetry.io/schemas/1.30.0' },
);

const everyKind = {
  text: 'with "quotes", \\ and \u0001 controls',
  empty: '',
  integer: 42,
  negative: -9007199254740991,
  double: 2.5e-300,
  yes: true,
  no: false,
  texts: ['a', 'b'],
  integers: [1, -2, 3],
  doubles: [0.5, 1.5],
  bools: [true, false],
};

function makeSpans() {
  const kept = new trace.InMemorySpanExporter();
  const provider = new trace.BasicTracerProvider({
    resource,
    spanLimits: { eventCountLimit: 3, attributeCountLimit: 12 },
    spanProcessors: [new trace.SimpleSpanProcessor(kept)],
  });
  const tracer = provider.getTracer('peer', '1.2.3', { schemaUrl: 'https://example.org/scope' });
  const other = provider.getTracer('other');
  const remote = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    traceFlags: 1,
    isRemote: true,
    traceState: createTraceState('vendor=value,other=1'),
  };
  const parent = api.trace.setSpanContext(api.ROOT_CONTEXT, remote);
  const root = tracer.startSpan(
    'root',
    { kind: api.SpanKind.SERVER, attributes: everyKind, startTime: [1700000000, 123456789],
      links: [{ context: remote, attributes: { why: 'because' } }] },
    parent,
  );
  const inside = api.trace.setSpan(parent, root);
  for (const kind of [api.SpanKind.INTERNAL, api.SpanKind.CLIENT, api.SpanKind.PRODUCER,
    api.SpanKind.CONSUMER]) {
    const child = other.startSpan(`child ${kind}`, { kind }, inside);
    child.setStatus(kind === api.SpanKind.CLIENT ? { code: 2, message: 'it broke' } : { code: 1 });
    child.end();
  }
  root.addEvent('event', { n: 1 }, [1700000000, 200000000]);
  for (let i = 0; i < 4; ++i) root.addEvent(`event ${i}`);
  root.recordException(new Error('as an event'));
  root.setAttributes({ one: 1, two: 2, three: 3 });
  root.end([1700000001, 1]);
  tracer.startSpan('').end();
  return kept.getFinishedSpans();
}

class ManualReader extends metrics.MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

async function makeMetrics(temporality) {
  const reader = new ManualReader({ aggregationTemporalitySelector: () => temporality });
  const provider = new metrics.MeterProvider({
    resource,
    readers: [reader],
    views: [{ instrumentName: 'exponential',
      aggregation: { type: metrics.AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  const meter = provider.getMeter('meter', '0.9');
  const int = { valueType: api.ValueType.INT };
  meter.createCounter('counter', { ...int, unit: '{calls}', description: 'Calls.' }).add(5, { a: 1 });
  meter.createCounter('double counter').add(0.25, { b: 'x' });
  const upDown = meter.createUpDownCounter('up and down', int);
  upDown.add(3);
  upDown.add(-7);
  meter.createGauge('gauge').record(-1.5, { room: '\u03b1' });
  meter.createGauge('integer gauge', int).record(-12);
  for (const name of ['histogram', 'exponential']) {
    const histogram = meter.createHistogram(name, { unit: 'ms' });
    for (const value of [0, 0.001, 3.5, 10, 99, 100000]) histogram.record(value, { h: true });
  }
  meter.createObservableCounter('seen counter', int).addCallback((to) => to.observe(11, { o: 1 }));
  meter.createObservableUpDownCounter('seen up and down').addCallback((to) => to.observe(-2.5));
  meter.createObservableGauge('seen gauge').addCallback((to) => {
    to.observe(1, { i: 1 });
    to.observe(2, { i: 2 });
  });
  return (await reader.collect()).resourceMetrics;
}

function makeLogs() {
  const kept = new logs.InMemoryLogRecordExporter();
  const provider = new logs.LoggerProvider({
    resource,
    processors: [new logs.SimpleLogRecordProcessor({ exporter: kept })],
  });
  const logger = provider.getLogger('logger', '3', { schemaUrl: 'https://example.org/logs' });
  const context = api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId: '0102030405060708090a0b0c0d0e0f10',
    spanId: '0807060504030201',
    traceFlags: 1,
  });
  logger.emit({ body: 'a text', severityNumber: SeverityNumber.INFO, severityText: 'INFO',
    timestamp: [1700000002, 3], attributes: everyKind, context });
  logger.emit({ body: { deep: { list: [1, 'two', 3.5, [true]], bytes: new Uint8Array([0, 255]) } },
    severityNumber: SeverityNumber.FATAL4, attributes: { nested: { a: { b: 'c' } } } });
  logger.emit({ body: 17, eventName: 'an.event' });
  logger.emit({ body: '' });
  logger.emit({});
  return kept.getFinishedLogRecords();
}

function keep(signal, requests) {
  const lines = requests.map((request) => `${JSON.stringify(request)}\n`);
  fs.writeFileSync(path.join(folder, `${signal}.json`), lines.join(''));
}

async function main() {
  const spans = makeSpans();
  keep('traces', [expected.spans(spans)]);
  const collected = [
    await makeMetrics(metrics.AggregationTemporality.CUMULATIVE),
    await makeMetrics(metrics.AggregationTemporality.DELTA),
  ];
  keep('metrics', collected.map(expected.metrics));
  const records = makeLogs();
  keep('logs', [expected.logs(records, protocol === 'json')]);

  const targets = [exporter('trace', 'OTLPTraceExporter'),
    exporter('metrics', 'OTLPMetricExporter'), exporter('logs', 'OTLPLogExporter')];
  await send(targets[0], spans);
  for (const one of collected) await send(targets[1], one);
  await send(targets[2], records);
  for (const target of targets) await target.shutdown();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
