import type { Database } from 'better-sqlite3';
import { ANY_NAME, resolveFilter } from './filter.ts';
import { localKey, type TimeUnit } from './local-time.ts';
import { periodOf } from './periods.ts';
import type { TimeRange } from './time-slots.ts';
import type { TimeZone } from './time-zone.ts';
import { sumUsage } from './usage-sums.ts';

/** A moment, and the zone of whose calendar it is looked at. */
export interface LocalMoment {
  readonly zone: TimeZone;
  readonly nowMs: number;
}

/** Spans of the calendar that spending is told for. */
export const SPEND_PERIODS = [
  'today',
  'yesterday',
  'week',
  'last_week',
  'month',
  'last_month',
] as const;

/** One of them. */
export type SpendPeriod = (typeof SPEND_PERIODS)[number];

const UNITS: Readonly<Record<SpendPeriod, readonly [unit: TimeUnit, isLast: boolean]>> = {
  today: ['day', false],
  yesterday: ['day', true],
  week: ['week', false],
  last_week: ['week', true],
  month: ['month', false],
  last_month: ['month', true],
};

/** When a span begins and ends; the present one ends now. */
export function spendRange(
  period: SpendPeriod,
  { zone, nowMs }: LocalMoment,
): { readonly sinceMs: number; readonly untilMs: number } {
  const [unit, isLast] = UNITS[period];
  const { startMs } = periodOf(zone, unit, localKey(zone, unit, nowMs));
  if (!isLast) return { sinceMs: startMs, untilMs: nowMs };
  const last = periodOf(zone, unit, localKey(zone, unit, startMs - 1));
  return { sinceMs: last.startMs, untilMs: last.endMs };
}

/** Cost of a span by the id of the project's row, in whole nano-USD; what `/api/metrics/costs` says of it. */
export function spendByProject(db: Database, range: TimeRange): ReadonlyMap<number, number> {
  const sums = sumUsage(db, 'project', { range, filter: resolveFilter(db, ANY_NAME) });
  return new Map([...sums].map(([project, { cost_nano_usd: nanoUsd }]) => [project, nanoUsd]));
}
