import { ConfigError, InputError } from '../errors.ts';
import type { TimeRange } from '../rollups/time-slots.ts';
import { createTimeZone, systemTimeZoneName, type TimeZone } from '../rollups/time-zone.ts';
import type { CommandContext } from './context.ts';
import { parseMoment } from './moment.ts';

/** The flags of time that reading commands share, as they were written. */
export interface TimeOptions {
  readonly since?: string;
  readonly until?: string;
}

/**
 * The zone to tell times in: the one asked for or configured, else the machine's.
 *
 * @throws InputError for a flag that names no zone, ConfigError for a setting that does not.
 */
export function zoneOf({ config, sourceOf }: CommandContext): TimeZone {
  try {
    return createTimeZone(config.timezone ?? systemTimeZoneName());
  } catch (error) {
    if (!(error instanceof InputError) || sourceOf(['timezone']) === 'flag') {
      throw error;
    }
    throw new ConfigError(`The setting timezone is wrong. ${error.message}`, {
      hint: error.hint ?? '',
      cause: error,
    });
  }
}

/**
 * The span that `--since` and `--until` name; half-open.
 *
 * @throws InputError when one is no moment, or the span is empty.
 */
export function rangeOf({ since, until }: TimeOptions, zone: TimeZone, nowMs: number): TimeRange {
  const sinceMs = since === undefined ? null : parseMoment(since, '--since', { zone, nowMs });
  const untilMs = until === undefined ? null : parseMoment(until, '--until', { zone, nowMs });
  if (sinceMs !== null && untilMs !== null && untilMs <= sinceMs) {
    throw new InputError(`Nothing lies between --since ${since} and --until ${until}.`, {
      hint: '--until names the first moment that no longer counts, so it must be later.',
    });
  }
  return { sinceMs, untilMs };
}

/** The span in words, for the line above a table. */
export function rangeText({ sinceMs, untilMs }: TimeRange, zone: TimeZone): string {
  const from = sinceMs === null ? '' : ` from ${wallText(zone, sinceMs)}`;
  const to = untilMs === null ? '' : ` to before ${wallText(zone, untilMs)}`;
  return from + to === '' ? 'all time' : (from + to).trim();
}

/** `2026-11-01 09:30`, or the date alone at midnight. */
export function wallText(zone: TimeZone, atMs: number): string {
  const text = new Date(atMs + zone.offsetMsAt(atMs)).toISOString();
  return text.slice(11, 16) === '00:00'
    ? text.slice(0, 10)
    : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}
