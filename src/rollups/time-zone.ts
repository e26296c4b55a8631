import { InputError } from '../errors.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** An IANA time zone that knows its offset from UTC at any moment. */
export interface TimeZone {
  readonly name: string;
  /** Local time minus UTC, in milliseconds. */
  readonly offsetMsAt: (atMs: number) => number;
}

/**
 * The zone of that name, such as `Europe/Berlin`.
 *
 * Offsets are worked out once per UTC day that is asked for, so asking is cheap; days on which the clocks change are
 * worked out to the quarter of an hour.
 *
 * @throws InputError when the name is not a zone's.
 */
export function createTimeZone(name: string): TimeZone {
  if (name === 'UTC') {
    return { name, offsetMsAt: () => 0 };
  }
  const format = offsetFormat(name);
  const exact = (atMs: number): number => localMs(format, atMs) - Math.floor(atMs / 1000) * 1000;
  const byDay = new Map<number, number | null>();
  const byQuarter = new Map<number, number>();

  const ofDay = (day: number): number | null => {
    const start = exact(day * DAY_MS);
    return start === exact((day + 1) * DAY_MS) ? start : null;
  };
  const offsetMsAt = (atMs: number): number => {
    const day = Math.floor(atMs / DAY_MS);
    const known = remember(byDay, day, ofDay);
    if (known !== null) {
      return known;
    }
    const quarterMs = 15 * MINUTE_MS;
    return remember(byQuarter, Math.floor(atMs / quarterMs), (quarter) =>
      exact(quarter * quarterMs),
    );
  };
  return { name, offsetMsAt };
}

/** Name of the zone this machine is set to. */
export function systemTimeZoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function remember<V>(cache: Map<number, V>, key: number, compute: (key: number) => V): V {
  const known = cache.get(key);
  if (known !== undefined) {
    return known;
  }
  const value = compute(key);
  cache.set(key, value);
  return value;
}

function offsetFormat(name: string): Intl.DateTimeFormat {
  const isName = /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name);
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: isName ? name : 'not a zone',
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch (cause) {
    throw new InputError(`Unknown time zone ${JSON.stringify(name)}.`, {
      hint: 'Give an IANA name such as UTC, Europe/Berlin or Asia/Kolkata.',
      cause,
    });
  }
}

/** The wall-clock time at that moment, to the second, as if it were UTC. */
function localMs(format: Intl.DateTimeFormat, atMs: number): number {
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] =
    format.format(atMs).match(/\d+/g)?.map(Number) ?? [];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
