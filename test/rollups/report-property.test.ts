import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { report, type ReportKind } from '../../src/rollups/report.ts';
import { createStoreFixture, type RequestSeed } from '../support/store-fixture.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Antarctica/Troll',
] as const;

/** Moments around which calendars are awkward: changes of the clocks, a year's end, a Monday, a leap day. */
const AWKWARD_MS = [
  '2026-03-29T01:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-10-03T15:30:00Z',
  '2026-11-01T06:00:00Z',
  '2025-12-31T23:59:59.999Z',
  '2026-11-16T00:00:00Z',
  '2024-02-29T12:00:00Z',
].map((text) => Date.parse(text));

const moment = fc
  .tuple(fc.constantFrom(...AWKWARD_MS), fc.integer({ min: -40 * 3_600_000, max: 40 * 3_600_000 }))
  .map(([nearMs, byMs]) => nearMs + byMs);

const seed: fc.Arbitrary<RequestSeed> = fc.record({
  atMs: moment,
  session: fc.constantFrom('s-one', 's-two', 's-three'),
  project: fc.constantFrom('/home/dev/one', '/home/dev/two'),
  model: fc.constantFrom('claude-opus-5-5', 'claude-haiku-5-5'),
  source: fc.constantFrom(0, 2),
  inputTokens: fc.nat(5000),
  cacheWrite1hTokens: fc.nat(5000),
  costBasis: fc.constantFrom(0, 0, 2, 3),
  costNanoUsd: fc.nat(2_000_000_000),
  final: fc.boolean(),
});

/** Now and then with a second part that another model was paid for. */
const seedWithParts: fc.Arbitrary<RequestSeed> = fc.oneof(
  { weight: 3, arbitrary: seed },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        seed,
        fc.record({
          model: fc.constantFrom('claude-opus-5-5', 'claude-fable-5'),
          inputTokens: fc.nat(900),
          costNanoUsd: fc.nat(1_000_000),
          estimated: fc.boolean(),
        }),
      )
      .map(([main, advisor]) => ({
        ...main,
        costBasis: main.costBasis === 3 ? 0 : (main.costBasis ?? 0),
        advisor,
      })),
  },
);

const bound = fc.option(moment, { nil: null });

describe('every report by requests', () => {
  it('equals counting one request after the other, in any zone, between any two milliseconds', () => {
    fc.assert(
      fc.property(
        fc.array(seedWithParts, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(...ZONES),
        fc.tuple(bound, bound),
        fc.option(fc.constantFrom('/home/dev/one', 'two', '/nowhere'), { nil: null }),
        (seeds, timezone, [sinceMs, untilMs], project) => {
          const store = createStoreFixture();
          seeds.forEach(store.request);
          const chosen = seeds.filter(
            ({ atMs, project: path = '' }) =>
              (sinceMs === null || atMs >= sinceMs) &&
              (untilMs === null || atMs < untilMs) &&
              (project === null || path === project || path.endsWith(`/${project}`)),
          );
          for (const [kind, keyOf] of Object.entries(NAIVE)) {
            const query = {
              kind: kind as ReportKind,
              timezone,
              sinceMs,
              untilMs,
              project,
              model: null,
              session: null,
            };
            const { rows, totals } = report(store.db, query);
            expect(byKey(rows)).toEqual(naive(chosen, (request) => keyOf(request, timezone)));
            expect(totals).toMatchObject({ requests: chosen.length });
          }
          store.db.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});

const NAIVE: Partial<Record<ReportKind, (seed: RequestSeed, zone: string) => string>> = {
  hourly: ({ atMs }, zone) => wall(atMs, zone).slice(0, 13),
  daily: ({ atMs }, zone) => wall(atMs, zone).slice(0, 10),
  weekly: ({ atMs }, zone) => mondayOf(wall(atMs, zone).slice(0, 10)),
  monthly: ({ atMs }, zone) => wall(atMs, zone).slice(0, 7),
  session: ({ session = '' }) => session,
  project: ({ project = '' }) => project,
  model: ({ model = '' }) => model,
  source: ({ source }) => (source === 2 ? 'telemetry' : 'transcript'),
};

/** `2026-11-20T09:15`, by the only calendar that is not ours: the platform's. */
function wall(atMs: number, timeZone: string): string {
  return new Date(atMs).toLocaleString('sv-SE', { timeZone }).replace(' ', 'T');
}

function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  while (date.getUTCDay() !== 1) {
    date.setUTCDate(date.getUTCDate() - 1);
  }
  return date.toISOString().slice(0, 10);
}

function naive(
  seeds: readonly RequestSeed[],
  keyOf: (seed: RequestSeed) => string,
): Record<string, object> {
  const groups = Map.groupBy(seeds.flatMap(partsOf), keyOf);
  return Object.fromEntries(
    [...groups].map(([key, group]) => [
      key,
      {
        requests: sum(group, (one) => Number(one.isMain)),
        input_tokens: sum(group, (one) => one.inputTokens),
        cache_creation_1h_input_tokens: sum(group, (one) => one.cacheWrite1hTokens),
        cost_usd: sum(group, (one) => (one.costBasis === 3 ? 0 : one.costNanoUsd)) / 1e9,
        estimated_cost_usd: sum(group, (one) => (one.costBasis === 2 ? one.costNanoUsd : 0)) / 1e9,
        unpriced_requests: sum(group, (one) => Number(one.isMain && one.costBasis === 3)),
        not_final_requests: sum(group, (one) => Number(one.isMain && one.final === false)),
      },
    ]),
  );
}

function partsOf(request: RequestSeed): (RequestSeed & { readonly isMain: boolean })[] {
  const { advisor, ...main } = request;
  if (advisor === undefined) {
    return [{ ...main, isMain: true }];
  }
  const { atMs, session = '', project = '', source = 0 } = main;
  return [
    { ...main, isMain: true },
    {
      ...advisor,
      atMs,
      session,
      project,
      source,
      isMain: false,
      costBasis: advisor.estimated ? 2 : 0,
    },
  ];
}

function sum<T>(all: readonly T[], of: (one: T) => number | undefined): number {
  return all.reduce((total, one) => total + (of(one) ?? 0), 0);
}

const COMPARED = [
  'requests',
  'input_tokens',
  'cache_creation_1h_input_tokens',
  'cost_usd',
  'estimated_cost_usd',
  'unpriced_requests',
  'not_final_requests',
];

function byKey(rows: readonly object[]): Record<string, object> {
  return Object.fromEntries(
    rows.map((row) => {
      const [[, key] = ['', '']] = Object.entries(row) as [string, string][];
      return [
        key,
        Object.fromEntries(Object.entries(row).filter(([name]) => COMPARED.includes(name))),
      ];
    }),
  );
}
