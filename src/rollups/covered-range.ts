import type { Database } from 'better-sqlite3';
import { SLOT_MS, type TimeRange } from './time-slots.ts';

/** Unix milliseconds from which on the store has every single row; null where none ever left it. */
export const hotSinceMs = (db: Database): number | null =>
  db.prepare<[], number | null>('SELECT since_ms FROM hot_window').pluck().get() ?? null;

/**
 * The part of a range that can be answered exactly. Of what has left the store there are sums for each quarter of an
 * hour, so that a range begins and ends with one there; what only single rows tell begins where they do.
 */
export const coveredRange = (
  db: Database,
  { sinceMs, untilMs }: TimeRange,
  needs: 'sums' | 'rows',
): TimeRange => {
  const hotMs = hotSinceMs(db);
  if (hotMs === null) return { sinceMs, untilMs };
  if (needs === 'rows') return { sinceMs: Math.max(sinceMs ?? hotMs, hotMs), untilMs };
  const snapped = (atMs: number | null, round: (slots: number) => number): number | null =>
    atMs === null || atMs >= hotMs ? atMs : round(atMs / SLOT_MS) * SLOT_MS;
  return { sinceMs: snapped(sinceMs, Math.floor), untilMs: snapped(untilMs, Math.ceil) };
};
