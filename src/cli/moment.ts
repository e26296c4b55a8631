import { InputError } from '../errors.ts';
import { instantOfLocal } from '../rollups/local-time.ts';
import type { TimeZone } from '../rollups/time-zone.ts';
import { MOMENT_FORMS } from './moment-forms.ts';

const DAY_MS = 86_400_000;
const UNIT_MS = { m: 60_000, h: 3_600_000 } as const;

const ISO =
  /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?)?$/i;

/**
 * A moment as a person writes it, in unix milliseconds.
 *
 * Dates and times without an offset are those of the zone. `12h` is twelve hours ago; `7d` is the beginning of the day
 * seven days ago, so that whole days are counted.
 *
 * @throws InputError when the text is none of the forms, or a date that does not exist.
 */
export function parseMoment(
  text: string,
  flag: string,
  { zone, nowMs }: { readonly zone: TimeZone; readonly nowMs: number },
): number {
  const moment = relative(text, zone, nowMs) ?? absolute(text, zone);
  if (moment === undefined || Number.isNaN(moment)) {
    throw new InputError(`${flag} cannot be ${JSON.stringify(text)}.`, {
      hint: `Allowed is ${MOMENT_FORMS}.`,
    });
  }
  return moment;
}

function relative(text: string, zone: TimeZone, nowMs: number): number | undefined {
  const daysAgo = { today: 0, yesterday: 1 }[text];
  if (daysAgo !== undefined) {
    return startOfDay(zone, nowMs, daysAgo);
  }
  const [, amount, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    return undefined;
  }
  if (unit === 'm' || unit === 'h') {
    return nowMs - Number(amount) * UNIT_MS[unit];
  }
  return startOfDay(zone, nowMs, Number(amount) * (unit === 'w' ? 7 : 1));
}

function startOfDay(zone: TimeZone, nowMs: number, daysAgo: number): number {
  const today = Math.floor((nowMs + zone.offsetMsAt(nowMs)) / DAY_MS);
  return instantOfLocal(zone, (today - daysAgo) * DAY_MS);
}

function absolute(text: string, zone: TimeZone): number | undefined {
  const match = ISO.exec(text);
  if (match === null) {
    return undefined;
  }
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const wallMs = Date.UTC(
    year,
    month - 1,
    day,
    hour,
    minute,
    second,
    Number((match[7] ?? '').padEnd(3, '0')),
  );
  const wall = new Date(wallMs);
  const isReal =
    wall.getUTCMonth() === month - 1 &&
    wall.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!isReal) {
    return undefined;
  }
  const offset = match[8]?.toUpperCase();
  return offset === undefined ? instantOfLocal(zone, wallMs) : wallMs - offsetMs(offset);
}

function offsetMs(offset: string): number {
  if (offset === 'Z') {
    return 0;
  }
  const digits = offset.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}
