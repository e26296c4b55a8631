import type { JsonScanner } from './json-scanner.ts';

/** The day of the time read last: the bytes `2026`, `-11-` and `20` as numbers, and when it began. */
let yearWord = 0;
let monthWord = 0;
let dayWord = 0;
let dayMs = Number.NaN;

/** What follows the day: `T16:59:27.629Z`. */
const SHAPE = Uint8Array.from('T00:00:00.000Z', (char) => char.charCodeAt(0));
/** How much each digit counts, and how large it may be. */
const UNITS_MS = Float64Array.of(0, 36e6, 36e5, 0, 6e5, 6e4, 0, 1e4, 1e3, 0, 100, 10, 1, 0);
const MAX_DIGITS = Uint8Array.of(0, 2, 9, 0, 5, 9, 0, 5, 9, 0, 9, 9, 9, 0);
const DAY_MS = 86_400_000;

/** Reads `2026-11-20T16:59:27.629Z` at the scanner's place as unix milliseconds; null for anything that is no time. */
export const readTimestamp = (json: JsonScanner): number | null => {
  if (json.peek() !== 0x22) {
    json.skipValue();
    return null;
  }
  json.readString();
  const time =
    json.stop - json.start === 24 && !json.escaped
      ? timeOfDay(json.bytes, json.start + 10)
      : Number.NaN;
  if (Number.isNaN(time)) return plausible(Date.parse(json.text(64)));
  const { view, start } = json;
  const year = view.getInt32(start, true);
  const month = view.getInt32(start + 4, true);
  const day = view.getInt16(start + 8, true);
  if (year !== yearWord || month !== monthWord || day !== dayWord) {
    yearWord = year;
    monthWord = month;
    dayWord = day;
    dayMs = Date.parse(json.text(64)) - time;
  }
  return plausible(dayMs + time);
};

/** Milliseconds since midnight; NaN where the bytes at `at` are no such time. */
const timeOfDay = (bytes: Uint8Array, at: number): number => {
  let time = 0;
  for (let index = 0; index < SHAPE.length; index++) {
    const above = bytes[at + index]! - SHAPE[index]!;
    if (above < 0 || above > MAX_DIGITS[index]!) return Number.NaN;
    time += above * UNITS_MS[index]!;
  }
  return time < DAY_MS ? time : Number.NaN;
};

/** Times outside the years 2000 to 2199 are damage, not dates. */
const plausible = (atMs: number): number | null =>
  atMs >= 946_684_800_000 && atMs < 7_258_118_400_000 ? atMs : null;
