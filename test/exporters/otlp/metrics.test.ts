import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { otlpMetrics } from '../../../exporters/otlp/index.ts';
import { prometheus } from '../../../exporters/prometheus/index.ts';
import { METRICS } from '../../../src/rollups/metric-table.ts';
import { storeIdentity } from '../../../src/rollups/store-identity.ts';
import {
  createServingStore,
  fillSample,
  NINE_MS,
  type ServingStore,
} from '../../server/serving-store.ts';
import { servingDeps } from '../../server/serving.ts';
import {
  answer,
  attributesOf,
  type OtlpBackend,
  startBackend,
  understood,
} from '../../support/otlp-backend.ts';
import { otlpConfig, type OtlpWishes } from '../../support/otlp-config.ts';
import { createPlanFixture, fillPlanSample } from '../../support/plan-fixture.ts';
import { parseExposition } from '../exposition.ts';

const MINUTE_MS = 60_000;
const PROCESS_START_MS = NINE_MS - 5_000;

let store: ServingStore;
let backend: OtlpBackend;
let stop: AbortController;
let running: Promise<void>[];
let counts: string[];
beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  vi.setSystemTime(NINE_MS);
  store = createServingStore();
  backend = await startBackend();
  stop = new AbortController();
  running = [];
  counts = [];
});
afterEach(async () => {
  await stopAll();
  vi.useRealTimers();
  await backend[Symbol.asyncDispose]();
  store[Symbol.dispose]();
});

const deps = (startMs = PROCESS_START_MS) => {
  const made = servingDeps(store, {
    now: Date.now,
    count: (name, label, by = 1) => void counts.push(`${name} ${label} ${by}`),
  });
  made.gauges.offer('process_start_time_seconds', () => startMs / 1_000);
  made.gauges.offer('process_resident_memory_bytes', () => 64_000_000);
  made.gauges.offer('hall_monitor_read_errors_total', () => [
    { labels: { source: 'transcript' }, value: readErrors },
  ]);
  return made;
};
let readErrors = 0;

const start = (more: OtlpWishes = {}, given = deps()) => {
  const section = otlpConfig({ endpoint: backend.url, traces: 'none', logs: 'none', ...more });
  const component = otlpMetrics.create({ section }, given);
  const run = component.run?.(stop.signal);
  if (run !== undefined) running.push(run);
  return component;
};
const stopAll = async (): Promise<void> => {
  stop.abort();
  await Promise.all(running);
  stop = new AbortController();
  running = [];
};
/** Lets sockets and files do their work until something holds; the clock stands still. */
const until = async (holds: () => boolean): Promise<void> => {
  for (let turn = 0; !holds(); turn += 1) {
    if (turn > 100_000) throw new Error('It never came to hold.');
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const network = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
/** Once the timer of the pushes runs. */
const started = (): Promise<void> => until(() => vi.getTimerCount() > 0);
/** Lets an interval go by, and the push that comes with it. */
const interval = async (ms = MINUTE_MS): Promise<void> => {
  await started();
  const before = backend.received.length;
  await vi.advanceTimersByTimeAsync(ms);
  await until(() => backend.received.length > before);
  await network();
};

interface Point {
  readonly startMs: number;
  readonly endMs: number;
  readonly value: number | undefined;
}

/** Values of the latest push that was taken, by metric and attributes. */
const pushed = (request = backend.taken.at(-1)): ReadonlyMap<string, Point> => {
  if (request === undefined) throw new Error('Nothing was pushed.');
  const points = new Map<string, Point>();
  for (const { scopeMetrics } of understood(request).resourceMetrics ?? []) {
    for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      for (const point of dataPoints(metric)) {
        points.set(seriesKey(String(metric['name']), attributesOf(point.attributes)), {
          startMs: Number(BigInt(point.startTimeUnixNano) / 1_000_000n),
          endMs: Number(BigInt(point.timeUnixNano) / 1_000_000n),
          value: point.asDouble ?? point.sum,
        });
      }
    }
  }
  return points;
};
interface RawPoint {
  readonly attributes: [];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly sum?: number;
  readonly count?: string | number;
  readonly bucketCounts?: readonly number[];
}
const dataPoints = (metric: Readonly<Record<string, unknown>>): readonly RawPoint[] =>
  ((metric['sum'] ?? metric['gauge'] ?? metric['histogram']) as { dataPoints: RawPoint[] })
    .dataPoints;
const metricOf = (name: string): Readonly<Record<string, unknown>> | undefined =>
  understood(backend.taken.at(-1)!)
    .resourceMetrics?.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .find((metric) => metric['name'] === name);
const seriesKey = (name: string, labels: Readonly<Record<string, unknown>>): string =>
  [
    name,
    ...Object.entries(labels)
      .map(([key, value]) => `${key}=${String(value)}`)
      .toSorted(),
  ].join(' ');
const otelNames = new Map<string, string>(
  Object.values(METRICS).map(({ name, otelName }) => [name, otelName]),
);
const INPUT = 'hall_monitor.cost model=claude-opus-5-5 project=shop type=input';

describe('metrics by OTLP', () => {
  it.each(['http/protobuf', 'http/json'] as const)(
    'say what /metrics says, value by value, over %s',
    async (protocol) => {
      fillSample(store);
      fillPlanSample(store.db);
      const given = deps();
      start({ protocol }, given);
      await interval();
      const page = await prometheus
        .create(prometheus.config.parse({}), given)
        .routes?.[0]?.handle(new Request('http://x/metrics'), {});
      const values = pushed();
      const shown = parseExposition((await page?.text()) ?? '').filter(
        ({ name }) => name !== 'target_info' && !/_(bucket|count)$/.test(name),
      );
      expect(shown.length).toBeGreaterThan(50);
      for (const { name, labels, value } of shown) {
        const key = seriesKey(otelNames.get(name.replace(/_sum$/, '')) ?? name, labels);
        expect([key, values.get(key)?.value]).toEqual([key, value]);
      }
      expect(values.size).toBe(shown.length);
    },
  );

  it('have names, units and kinds of OpenTelemetry', async () => {
    fillSample(store);
    fillPlanSample(store.db);
    start();
    await interval();
    expect(metricOf('hall_monitor.tokens')).toMatchObject({
      unit: '{token}',
      description: METRICS.tokens.help,
      sum: { aggregationTemporality: 2, isMonotonic: true },
    });
    expect(metricOf('hall_monitor.cost')).toMatchObject({ unit: 'USD' });
    expect(metricOf('hall_monitor.db.size')).toMatchObject({ unit: 'By', gauge: {} });
    expect(metricOf('hall_monitor.plan.feature.duration')).toMatchObject({
      unit: 's',
      histogram: { aggregationTemporality: 2 },
    });
    expect(new Set(otelNames.values()).size).toBe(otelNames.size);
  });

  it('come from the resource that is set, at the interval that is set', async () => {
    start(
      { metricIntervalMs: 10_000, metricTimeoutMs: 30_000 },
      { ...deps(), resource: { 'service.name': 'mine', team: 'a' } },
    );
    for (let pushes = 0; pushes < 6; pushes += 1) await interval(10_000);
    expect(backend.taken.length).toBe(6);
    const [first] = understood(backend.taken[0]!).resourceMetrics ?? [];
    expect(attributesOf(first?.resource['attributes'] as [])).toEqual({
      'service.name': 'mine',
      team: 'a',
    });
  });

  it('begin when the store was made, so that a restart is no reset; those of the process with the process', async () => {
    const { madeAtMs } = storeIdentity(store.db);
    fillSample(store);
    start();
    await interval();
    const before = pushed();
    await stopAll();
    start({}, deps(NINE_MS + 30_000));
    await interval();
    const after = pushed();
    expect([before.get(INPUT)?.startMs, after.get(INPUT)?.startMs]).toEqual([madeAtMs, madeAtMs]);
    expect(after.get(INPUT)?.value).toBe(before.get(INPUT)?.value);
    const errors = 'hall_monitor.read_errors source=transcript';
    expect([before.get(errors)?.startMs, after.get(errors)?.startMs]).toEqual([
      PROCESS_START_MS,
      NINE_MS + 30_000,
    ]);
  });

  it('begin when the store was first made where it was built anew, and anew where it is another store', async () => {
    const { madeAtMs } = storeIdentity(store.db);
    fillSample(store);
    start();
    await interval();
    await stopAll();
    store.db.exec('UPDATE store_identity SET made_at_ms = made_at_ms + 3600000');
    start();
    await interval();
    expect(pushed().get(INPUT)?.startMs).toBe(madeAtMs);
    await stopAll();
    store.db.exec("UPDATE store_identity SET id = 'another'");
    start();
    await interval();
    expect(pushed().get(INPUT)?.startMs).toBe(madeAtMs + 3_600_000);
  });

  it('are sent a last time at the end', async () => {
    start();
    await started();
    store.request({ atMs: NINE_MS });
    store.commit();
    await stopAll();
    expect(
      pushed().get('hall_monitor.requests model=claude-opus-5-5 project=shop requester=main')
        ?.value,
    ).toBe(1);
  });

  it('wait for a backend that is away without piling up, and say so', async () => {
    backend.behave(answer(503));
    const component = start();
    for (let pushes = 0; pushes < 60; pushes += 1) await interval();
    expect(backend.received.length).toBe(60);
    expect(component.trouble?.()).toContain('answered 503');
    expect(counts.filter((each) => each === 'export_retries otlp-metrics 1')).toHaveLength(60);
    store.request({ atMs: NINE_MS });
    store.commit();
    backend.behave(answer(200));
    await interval();
    expect(component.trouble?.()).toBeUndefined();
    expect(
      pushed().get('hall_monitor.requests model=claude-opus-5-5 project=shop requester=main')
        ?.value,
    ).toBe(1);
  });

  it('give a backend the rest that it asks for', async () => {
    backend.behave(answer(429, { 'retry-after': '150' }));
    start();
    await interval();
    backend.behave(answer(200));
    for (let minute = 0; minute < 2; minute += 1) {
      await vi.advanceTimersByTimeAsync(MINUTE_MS);
      await network();
    }
    expect(backend.received.length).toBe(1);
    await interval();
    expect(backend.taken.length).toBe(1);
  });

  it('that were taken in part are counted', async () => {
    backend.behave(
      answer(200, {}, '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too many"}}'),
    );
    start({ protocol: 'http/json' });
    await interval();
    expect(counts).toEqual(['export_dropped otlp-metrics rejected 3']);
  });

  it('end in time, though nobody answers', async () => {
    backend.behave(() => undefined);
    start();
    await interval();
    const stopped = stopAll();
    await vi.advanceTimersByTimeAsync(2_000);
    await network();
    await vi.advanceTimersByTimeAsync(0);
    await stopped;
    expect(backend.taken).toEqual([]);
  });

  it('say that the push before has no answer yet, not what the SDK calls that', async () => {
    backend.behave(() => undefined);
    const component = start({ metricIntervalMs: 1_000, timeoutMs: 600_000 });
    await interval(1_000);
    await vi.advanceTimersByTimeAsync(2_500);
    await network();
    expect(component.trouble?.()).toContain('has not answered the push before this one');
    const stopped = stopAll();
    await vi.advanceTimersByTimeAsync(2_000);
    await network();
    await vi.advanceTimersByTimeAsync(0);
    await stopped;
  });

  it('are not sent where nothing is set, and wrong settings are told', () => {
    expect(otlpMetrics.create({ section: null }, deps()).run).toBeUndefined();
    const component = start({ endpoint: 'http://localhost:9464' });
    expect(component.run).toBeUndefined();
    expect(component.trouble?.()).toContain('is Hall Monitor itself');
  });
});

describe('differences', () => {
  const DELTA = { temporality: 'delta', protocol: 'http/json' } as const;
  const cost = (nanoUsd: number, model?: string): void => {
    store.request({
      atMs: NINE_MS,
      cost: [nanoUsd, 0, 0, 0, 0],
      ...(model !== undefined && { model }),
    });
    store.commit();
  };
  const OPUS = 'hall_monitor.requests model=claude-opus-5-5 project=shop requester=main';
  const valuesOf = (key: string): (number | undefined)[] =>
    backend.taken.map((request) => pushed(request).get(key)?.value);

  it('are what came since, exact to the last digit, and nothing where nothing came', async () => {
    cost(100_000_000_000_003);
    start(DELTA);
    await started();
    cost(1);
    await interval();
    cost(3);
    cost(7_777_777_777_777);
    await interval();
    await interval();
    expect(valuesOf(INPUT)).toEqual([1 / 1e9, 7_777_777_777_780 / 1e9, undefined]);
    expect(metricOf('hall_monitor.db.size')).toBeDefined();
    const [first, second] = backend.taken.map((request) => pushed(request).get(OPUS));
    expect(second?.startMs).toBe(first?.endMs);
  });

  it('of an outage go into the next that gets through, once', async () => {
    start(DELTA);
    await started();
    cost(1);
    await interval();
    backend.behave(answer(503));
    cost(2);
    await interval();
    cost(3);
    await interval();
    backend.behave(answer(200));
    cost(4);
    await interval();
    await interval();
    expect(valuesOf(INPUT)).toEqual([1 / 1e9, 9 / 1e9, undefined]);
    const [first, second] = backend.taken.map((request) => pushed(request).get(INPUT));
    expect(second?.startMs).toBe(first?.endMs);
  });

  it('go on after a restart where they were: nothing twice, and nothing lost that came meanwhile', async () => {
    start(DELTA);
    await started();
    cost(1);
    await interval();
    await stopAll();
    const taken = backend.taken.length;
    cost(2);
    start(DELTA, deps(NINE_MS + 90_000));
    await interval();
    expect(valuesOf(INPUT).slice(taken)).toEqual([2 / 1e9]);
    const kept = JSON.parse(
      readFileSync(join(store.folder, 'otlp', 'metrics-sent.json'), 'utf8'),
    ) as object;
    expect(kept).toMatchObject({ store: storeIdentity(store.db).id });
  });

  it('of what only the process counts begin anew with the process', async () => {
    readErrors = 5;
    start(DELTA);
    await interval();
    await stopAll();
    readErrors = 2;
    start(DELTA, deps(NINE_MS + 90_000));
    await interval();
    readErrors = 0;
    const errors = valuesOf('hall_monitor.read_errors source=transcript').filter(
      (value) => value !== undefined,
    );
    expect(errors).toEqual([5, 2]);
    expect(pushed().get('hall_monitor.read_errors source=transcript')?.startMs).toBe(
      NINE_MS + 90_000,
    );
  });

  it('begin with what was there before where history is asked for', async () => {
    cost(5);
    start({ ...DELTA, history: true });
    await interval();
    expect(pushed().get(INPUT)).toMatchObject({
      value: 5 / 1e9,
      startMs: storeIdentity(store.db).madeAtMs,
    });
  });

  it('never take back: a total that fell sends nothing until it has made up for it', async () => {
    start(DELTA);
    await started();
    cost(10);
    await interval();
    store.db.exec('UPDATE request SET input_nano_usd = 4');
    store.commit();
    await interval();
    cost(5);
    await interval();
    cost(3);
    await interval();
    expect(valuesOf(INPUT)).toEqual([10 / 1e9, undefined, undefined, 2 / 1e9]);
  });

  it('of a store that was made anew do not begin with all that is in it', async () => {
    cost(1);
    start(DELTA);
    await interval();
    await stopAll();
    store.db.exec("UPDATE store_identity SET id = 'another'");
    const taken = backend.taken.length;
    start(DELTA);
    await started();
    cost(2);
    await interval();
    expect(valuesOf(INPUT).slice(taken)).toEqual([2 / 1e9]);
  });

  it('are also those of a histogram', async () => {
    const plans = createPlanFixture(store.db);
    plans.plan();
    plans.duration('completed', 20_000, 1);
    plans.duration('completed', -1, 20_000);
    start(DELTA);
    await started();
    const more = store.db.prepare('UPDATE plan_duration SET value = value + ? WHERE le_ms = ?');
    more.run(1, 20_000);
    more.run(25_000, -1);
    plans.duration('completed', 0, 1);
    more.run(50_000_000, -1);
    await interval();
    const [point] = dataPoints(metricOf('hall_monitor.plan.feature.duration') ?? {});
    expect(point).toMatchObject({ sum: 50_025, count: 2 });
    expect(point?.bucketCounts?.filter((count) => count > 0)).toEqual([1, 1]);
  });
});
