import type { Database } from 'better-sqlite3';
import type { TimeUnit } from './local-time.ts';
import { instantOfLocal, localKey } from './local-time.ts';
import { SLOT_MS, type TimeRange } from './time-slots.ts';
import type { TimeZone } from './time-zone.ts';

/** One local hour, day, week or month. */
export interface Period {
  readonly key: string;
  /** Half-open. */
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** When the period with that key begins and ends. */
export function periodOf(zone: TimeZone, unit: TimeUnit, key: string): Period {
  const [year = 0, month = 1, day = 1, hour = 0] = key.split(/[-T]/).map(Number);
  const startMs = Date.UTC(year, month - 1, day, hour);
  const nextMs = {
    hour: startMs + HOUR_MS,
    day: startMs + DAY_MS,
    week: startMs + 7 * DAY_MS,
    month: Date.UTC(year, month),
  }[unit];
  return { key, startMs: instantOfLocal(zone, startMs), endMs: instantOfLocal(zone, nextMs) };
}

/** What must lie in a period for it to be listed. */
export type Occupant = 'requests' | 'tools' | 'occurrences';

/** When the first thing at or after a moment happened; sums are as fine as their quarter of an hour. */
type Next = (fromMs: number) => number | undefined;

const SLOT_TABLES = { requests: 'rollup_request', tools: 'rollup_tool' } as const;

function nextOf(db: Database, occupant: Occupant): Next {
  if (occupant === 'occurrences') {
    const next = db
      .prepare<[number], number>(
        'SELECT at_ms FROM occurrence WHERE at_ms >= ? ORDER BY at_ms LIMIT 1',
      )
      .pluck();
    return (fromMs) => next.get(fromMs);
  }
  const next = db
    .prepare<[number], number>(
      `SELECT slot FROM ${SLOT_TABLES[occupant]} WHERE slot >= ? ORDER BY slot LIMIT 1`,
    )
    .pluck();
  return (fromMs) => {
    const slot = next.get(Math.floor(fromMs / SLOT_MS));
    return slot === undefined ? undefined : Math.max(fromMs, slot * SLOT_MS);
  };
}

/** The periods in a range in which there is something, oldest first, found by jumping from one to the next. */
export function* occupiedPeriods(
  db: Database,
  {
    zone,
    unit,
    range,
    occupants,
  }: { zone: TimeZone; unit: TimeUnit; range: TimeRange; occupants: readonly Occupant[] },
): Generator<Period> {
  const queries = occupants.map((occupant) => nextOf(db, occupant));
  let fromMs = range.sinceMs ?? 0;
  for (;;) {
    const found = queries.flatMap((next) => next(fromMs) ?? []);
    const nextMs = Math.min(...found);
    if (found.length === 0 || nextMs >= (range.untilMs ?? Infinity)) {
      return;
    }
    const period = periodOf(zone, unit, localKey(zone, unit, nextMs));
    yield period;
    fromMs = Math.max(period.endMs, nextMs + 1);
  }
}
