import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryGrid } from '../../exporters/prometheus/history-moments.ts';
import { samplesOf } from '../../exporters/prometheus/history-moments.ts';
import { historyMarks } from '../../exporters/prometheus/history-marks.ts';
import { historyText, type HistoryRequest } from '../../exporters/prometheus/history.ts';
import { prometheus } from '../../exporters/prometheus/index.ts';
import { METRICS_WITH_HISTORY } from '../../src/rollups/metric-history.ts';
import { METRICS } from '../../src/rollups/metric-table.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';
import { servingDeps } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, fillSample, NINE_MS } from '../server/serving-store.ts';
import { fillPlanSample } from '../support/plan-fixture.ts';
import { parseExposition } from './exposition.ts';
import { parseOpenMetrics, seriesName, type TimedSeries } from './openmetrics-grammar.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Now, for all of these stores. */
const NOW_MS = NINE_MS + DAY_MS + MINUTE_MS;

let store: ServingStore;

beforeEach(() => {
  store = createServingStore();
});

afterEach(() => store[Symbol.dispose]());

function historyOf(request: Partial<HistoryRequest> = {}): string {
  const pieces = historyText(store.reader, {
    metrics: METRICS_WITH_HISTORY,
    sinceMs: null,
    untilMs: null,
    nowMs: NOW_MS,
    stepMs: 5 * MINUTE_MS,
    fill: 'day',
    zone: createTimeZone('UTC'),
    only: {},
    extra: {},
    maxSeries: 1_000,
    progress: { metric: () => undefined, sample: () => undefined },
    ...request,
  });
  return [...pieces].join('');
}

/** What `/metrics` shows of the metrics that have a past. */
async function scraped(config: object = {}): Promise<ReadonlyMap<string, number>> {
  const component = prometheus.create(prometheus.config.parse(config), servingDeps(store));
  const response = await component.routes?.[0]?.handle(new Request('http://127.0.0.1/metrics'), {});
  const names = new Set<string>(
    METRICS_WITH_HISTORY.flatMap((key) => {
      const { name, kind } = METRICS[key];
      return kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : name;
    }),
  );
  const series = parseExposition((await response?.text()) ?? '');
  return new Map(
    series.filter(({ name }) => names.has(name)).map((one) => [seriesName(one), one.value]),
  );
}

/** The last value of every series. */
const lastValues = (text: string): ReadonlyMap<string, number> =>
  new Map(parseOpenMetrics(text).map((one) => [seriesName(one), one.samples.at(-1)?.value ?? NaN]));

const only = (text: string, name: string): TimedSeries => {
  const found = parseOpenMetrics(text).filter((one) => one.name === name);
  expect(found).toHaveLength(1);
  return found[0] as TimedSeries;
};

/** Seconds since nine o'clock, and values. */
const sinceNine = ({ samples }: TimedSeries): readonly (readonly [number, number])[] =>
  samples.map(({ at, value }) => [(at * 1_000 - NINE_MS) / MINUTE_MS, value]);

describe('the past of the metrics', () => {
  it('ends with what /metrics shows at that moment, series by series', async () => {
    fillSample(store);
    fillPlanSample(store.db);
    store.tally('plan_events', 'feature_started\t/home/dev/shop', 4);
    const live = await scraped();
    expect(live.size).toBeGreaterThan(40);
    expect(lastValues(historyOf())).toEqual(live);
    expect(
      parseOpenMetrics(historyOf()).every(({ samples }) => samples.at(-1)?.at === NOW_MS / 1_000),
    ).toBe(true);
  });

  it('ends with it too where there are more series than may be shown', async () => {
    for (let index = 0; index < 40; index += 1) {
      const project = `/home/dev/p${index % 8}`;
      store.request({ atMs: NINE_MS + index * HOUR_MS, model: `m${index % 9}`, project });
      store.toolCall({ atMs: NINE_MS + index * HOUR_MS, tool: `t${index % 11}`, project });
    }
    store.commit();
    const live = await scraped({ maxSeries: 12 });
    expect(lastValues(historyOf({ maxSeries: 12 }))).toEqual(live);
    expect([...live.keys()].filter((key) => key.includes('"other"')).length).toBeGreaterThan(8);
  });

  it('files every change under the series that the total is in, beyond all limits too', async () => {
    store.db.exec(`
      INSERT INTO project (id, path) VALUES (1, '/p'), (2, '/q');
      INSERT INTO tool (id, name) VALUES (1, 'Bash');
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) INSERT INTO model SELECT i, 'model-' || i FROM n;
      INSERT INTO total_request SELECT 1 + id % 2, id, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 FROM model;
      INSERT INTO rollup_request SELECT ${NINE_MS / (15 * MINUTE_MS)} + model % 4, 1, project, model, source, requester, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 FROM total_request;
    `);
    const text = historyOf({ metrics: ['requests', 'tokens'] });
    const live = [...(await scraped())].filter(([key]) => /^hall_monitor_(?:req|tok)/.test(key));
    expect(lastValues(text)).toEqual(new Map(live));
    expect(parseOpenMetrics(text).filter(({ samples }) => samples[0]?.value !== 0)).toEqual([]);
  });

  it('goes on from what is known only as a sum once its rows are gone', async () => {
    fillSample(store);
    store.occurrence({ atMs: NINE_MS + HOUR_MS, type: 'user_prompt' });
    store.db.exec("UPDATE tally SET value = 5 WHERE label = 'user_prompt\t/home/dev/shop'");
    store.db.exec("DELETE FROM occurrence WHERE type = 'user_prompt' AND at_ms < " + NINE_MS);
    const series = only(historyOf({ metrics: ['prompts'] }), 'hall_monitor_prompts_total');
    expect(sinceNine(series).slice(0, 3)).toEqual([
      [70, 4],
      [75, 5],
      [80, 5],
    ]);
    expect(lastValues(historyOf({ metrics: ['prompts'] }))).toEqual(
      new Map([...(await scraped())].filter(([key]) => key.startsWith('hall_monitor_prompts'))),
    );
  });

  it('shows a request when its quarter of an hour is over, and zero one step before', () => {
    store.request({ atMs: NINE_MS + 7 * MINUTE_MS });
    store.request({ atMs: NINE_MS + 16 * MINUTE_MS });
    store.commit();
    const text = historyOf({ metrics: ['requests'], untilMs: NINE_MS + HOUR_MS });
    expect(sinceNine(only(text, 'hall_monitor_requests_total'))).toEqual([
      [10, 0],
      [15, 1],
      [20, 1],
      [25, 1],
      [30, 2],
      [35, 2],
      [40, 2],
      [45, 2],
      [50, 2],
      [55, 2],
      [60, 2],
    ]);
  });

  it('is silent from an hour after the last change until the next, but for the beginning of each day and a second after', () => {
    store.request({ atMs: NINE_MS });
    store.request({ atMs: NINE_MS + DAY_MS });
    store.commit();
    const text = historyOf({
      metrics: ['requests'],
      zone: createTimeZone('Asia/Kathmandu'),
      stepMs: 15 * MINUTE_MS,
    });
    expect(sinceNine(only(text, 'hall_monitor_requests_total'))).toEqual([
      [0, 0],
      [15, 1],
      [30, 1],
      [45, 1],
      [60, 1],
      [75, 1],
      // Midnight there is 18:15 in UTC.
      [555, 1],
      [555 + 1 / 60, 1],
      [1440, 1],
      [1441, 2],
    ]);
  });

  it('counts from the beginning, whatever part of it is written', () => {
    for (const hour of [0, 1, 2, 3]) store.request({ atMs: NINE_MS + hour * HOUR_MS });
    store.commit();
    const text = historyOf({
      metrics: ['requests'],
      sinceMs: NINE_MS + 90 * MINUTE_MS,
      untilMs: NINE_MS + 152 * MINUTE_MS,
      stepMs: HOUR_MS,
    });
    expect(sinceNine(only(text, 'hall_monitor_requests_total'))).toEqual([
      [120, 2],
      [150, 3],
    ]);
  });

  it('says the same from before the beginning as from the beginning', () => {
    fillSample(store);
    expect(historyOf({ sinceMs: Date.parse('0001-01-01'), fill: 'hour' })).toBe(
      historyOf({ fill: 'hour' }),
    );
  });

  it('never moves a counter by a filter: series are chosen, and metrics without the label left out', async () => {
    fillSample(store);
    const chosen = lastValues(historyOf({ only: { project: new Set(['shop']) } }));
    const live = await scraped();
    expect(chosen.size).toBeGreaterThan(10);
    for (const [key, value] of chosen) {
      expect(key).toContain('project="shop"');
      expect(value).toBe(live.get(key));
    }
  });

  it('gives every series the labels of the scrape', () => {
    fillSample(store);
    const series = parseOpenMetrics(historyOf({ extra: { job: 'a"b', instance: 'x:1' } }));
    expect(
      series.every(({ labels }) => labels['job'] === 'a"b' && labels['instance'] === 'x:1'),
    ).toBe(true);
  });

  it('is well formed for any name', async () => {
    const names = [
      'a"b',
      'c\\',
      'd\ne',
      '}',
      '# EOF',
      '\u0000\u001b[2J',
      '\ud800',
      '𝄞'.repeat(200),
      '',
    ];
    for (const name of names) {
      store.request({ atMs: NINE_MS, model: name, project: `/x/${name}` });
      store.toolCall({ atMs: NINE_MS, tool: name, project: `/x/${name}` });
    }
    store.commit();
    expect(lastValues(historyOf())).toEqual(await scraped());
  });

  it('is nothing for an empty store', () => {
    expect(historyOf()).toBe('# EOF\n');
    expect(historyOf({ metrics: ['cost'] })).toBe('# EOF\n');
  });

  it('tells at any moment what had happened before the last full quarter of an hour', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            at: fc.integer({ min: 0, max: 3 * 1_440 }),
            nano: fc.integer({ min: 0, max: 1e12 }),
            model: fc.constantFrom('a', 'b'),
          }),
          { minLength: 1, maxLength: 40 },
        ),
        fc.constantFrom(1, 5, 15, 60),
        fc.constantFrom('day' as const, 'hour' as const, 'step' as const),
        (facts, step, fill) => {
          store[Symbol.dispose]();
          store = createServingStore();
          for (const { at, nano, model } of facts)
            store.request({ atMs: NINE_MS + at * MINUTE_MS, model, cost: [nano, 0, 0, 0, 0] });
          store.commit();
          const nowMs = NINE_MS + 4 * DAY_MS;
          const text = historyOf({ metrics: ['cost'], nowMs, stepMs: step * MINUTE_MS, fill });
          for (const { labels, samples } of parseOpenMetrics(text)) {
            if (labels['type'] !== 'input') continue;
            for (const { at, value } of samples) {
              const untilMs = Math.floor((at * 1_000) / (15 * MINUTE_MS)) * 15 * MINUTE_MS;
              const nano = facts
                .filter(
                  (fact) =>
                    fact.model === labels['model'] && NINE_MS + fact.at * MINUTE_MS < untilMs,
                )
                .reduce((sum, fact) => sum + fact.nano, 0);
              expect(value).toBe(nano / 1e9);
            }
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('the moments of a series', () => {
  const grid: HistoryGrid = {
    stepMs: 300_000,
    lingerMs: HOUR_MS,
    marksMs: [],
    fromMs: null,
    untilMs: 10 * HOUR_MS,
    isNow: false,
  };
  const momentsOf = (atMs: readonly number[], of: Partial<HistoryGrid> = {}): readonly number[] => {
    const values = atMs.map((_, index) => index + 1);
    const series = { labels: {}, atMs, values, base: 0, total: values.length };
    return [...samplesOf(series, { ...grid, ...of })].map((sample) => sample.atMs / MINUTE_MS);
  };

  it('has none where it began after the end', () => {
    expect(momentsOf([11 * HOUR_MS])).toEqual([]);
  });

  it('has none where what is asked for ends before it begins', () => {
    expect(momentsOf([HOUR_MS], { fromMs: 20 * HOUR_MS })).toEqual([]);
  });

  it('has no gap longer than the step with nothing but steps', () => {
    const moments = momentsOf([HOUR_MS, 9 * HOUR_MS], { lingerMs: Infinity });
    expect(moments).toEqual(
      Array.from({ length: 110 }, (_, index) => 55 + index * 5).filter((at) => at <= 600),
    );
  });
});

describe('the marks', () => {
  it('are the beginnings of days, also where clocks change at midnight', () => {
    const zone = createTimeZone('America/Sao_Paulo');
    const [fromMs, untilMs] = [
      Date.parse('2018-11-03T00:00:00Z'),
      Date.parse('2018-11-06T00:00:00Z'),
    ];
    expect(
      historyMarks(zone, { fromMs, untilMs, fill: 'day' }).map((at) => new Date(at).toISOString()),
    ).toEqual([
      '2018-11-03T03:00:00.000Z',
      '2018-11-03T03:00:01.000Z',
      // Clocks skip the first hour of this day.
      '2018-11-04T03:00:00.000Z',
      '2018-11-04T03:00:01.000Z',
      '2018-11-05T02:00:00.000Z',
      '2018-11-05T02:00:01.000Z',
    ]);
  });

  it('are each hour too where that is asked for', () => {
    const marks = historyMarks(createTimeZone('Asia/Kolkata'), {
      fromMs: NINE_MS,
      untilMs: NINE_MS + 12 * HOUR_MS,
      fill: 'hour',
    });
    expect(marks.map((at) => (at - NINE_MS) / HOUR_MS)).toEqual([
      0,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      9.5,
      9.5 + 1 / 3_600,
      10,
      11,
    ]);
  });
});
