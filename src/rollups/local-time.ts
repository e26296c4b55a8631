import type { TimeZone } from './time-zone.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What a moment is filed under: the local hour, day, week (its Monday) or month. */
export type TimeUnit = 'hour' | 'day' | 'week' | 'month';

const KEY_LENGTH = { hour: 13, day: 10, week: 10, month: 7 } as const;

/**
 * Key of the unit that a moment lies in: `2026-11-20T09`, `2026-11-20`, `2026-11-16` (a Monday) or `2026-11`.
 *
 * Where clocks are put back, both passes through the repeated hour share its key.
 */
export function localKey(zone: TimeZone, unit: TimeUnit, atMs: number): string {
  return keyOf(unit, unitStart(unit, atMs + zone.offsetMsAt(atMs)));
}

/** The unit a moment lies in, and how long its clocks keep showing it. */
export interface LocalUnit {
  readonly key: string;
  /** When the zone's clocks leave the unit, or are moved inside it; whichever comes first. */
  readonly endMs: number;
}

/** The unit that a moment lies in; `stepMs` is how finely a change of the clocks is looked for. */
export function localUnit(
  zone: TimeZone,
  unit: TimeUnit,
  { atMs, stepMs }: { atMs: number; stepMs: number },
): LocalUnit {
  const offsetMs = zone.offsetMsAt(atMs);
  const startMs = unitStart(unit, atMs + offsetMs);
  const endMs = nextStart(unit, startMs) - offsetMs;
  const key = keyOf(unit, startMs);
  if (zone.offsetMsAt(endMs - 1) === offsetMs) {
    return { key, endMs };
  }
  let changeMs = atMs;
  while (zone.offsetMsAt(changeMs) === offsetMs) {
    changeMs += stepMs;
  }
  return { key, endMs: changeMs };
}

/** The local time with its offset, to the second: `2026-02-22T15:40:00+02:00`. */
export function localIso(zone: TimeZone, atMs: number): string {
  const offsetMs = zone.offsetMsAt(atMs);
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  const hh = String(Math.floor(minutes / 60)).padStart(2, '0');
  const mm = String(minutes % 60).padStart(2, '0');
  return `${isoText(atMs + offsetMs, 19)}${offsetMs < 0 ? '-' : '+'}${hh}:${mm}`;
}

/**
 * The moment at which the zone's clocks show that wall time (given as if it were UTC).
 *
 * The first of two where it is repeated; where the clocks skip it, the moment that would have been it had they not.
 */
export function instantOfLocal(zone: TimeZone, localMs: number): number {
  const before = zone.offsetMsAt(localMs - DAY_MS);
  const after = zone.offsetMsAt(localMs + DAY_MS);
  const early = localMs - Math.max(before, after);
  const late = localMs - Math.min(before, after);
  return [early, late].find((atMs) => atMs + zone.offsetMsAt(atMs) === localMs) ?? late;
}

/** Start of the unit around a wall time, as a wall time. */
function unitStart(unit: TimeUnit, localMs: number): number {
  switch (unit) {
    case 'hour':
      return Math.floor(localMs / HOUR_MS) * HOUR_MS;
    case 'day':
      return Math.floor(localMs / DAY_MS) * DAY_MS;
    case 'week':
      return (Math.floor(localMs / DAY_MS) - daysSinceMonday(localMs)) * DAY_MS;
    case 'month': {
      const at = new Date(localMs);
      return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
    }
  }
}

function nextStart(unit: TimeUnit, startMs: number): number {
  switch (unit) {
    case 'hour':
      return startMs + HOUR_MS;
    case 'day':
      return startMs + DAY_MS;
    case 'week':
      return startMs + 7 * DAY_MS;
    case 'month': {
      const at = new Date(startMs);
      return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
    }
  }
}

/** 1970-01-01 was a Thursday, three days after a Monday. */
function daysSinceMonday(localMs: number): number {
  return (((Math.floor(localMs / DAY_MS) + 3) % 7) + 7) % 7;
}

function keyOf(unit: TimeUnit, startMs: number): string {
  return isoText(startMs, KEY_LENGTH[unit]);
}

function isoText(ms: number, length: number): string {
  return new Date(ms).toISOString().slice(0, length);
}
