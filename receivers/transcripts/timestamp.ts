import type { JsonScanner } from './json-scanner.ts';

const MINUTE_MS = 60_000;

/** The day of the time read last, as three times four bytes would have it: `2026`, `-11-`, `20`. */
let yearWord = 0;
let monthWord = 0;
let dayWord = 0;
let dayMs = Number.NaN;

/** Two digits as a number; more than 99 where they are none. */
const pair = (bytes: Uint8Array, at: number): number => {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
};

/** Reads `2026-11-20T16:59:27.629Z` at the scanner's place as unix milliseconds; null for anything that is no time. */
export const readTimestamp = (json: JsonScanner): number | null => {
  if (json.peek() !== 0x22) {
    json.skipValue();
    return null;
  }
  json.readString();
  const time = json.stop - json.start === 24 && !json.escaped ? timeOfDay(json.bytes, json.start + 10) : Number.NaN;
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

/** Milliseconds since midnight of `T16:59:27.629Z`; NaN where the bytes are no such time. */
const timeOfDay = (bytes: Uint8Array, at: number): number => {
  const isShaped =
    bytes[at] === 0x54 &&
    bytes[at + 3] === 0x3a &&
    bytes[at + 6] === 0x3a &&
    bytes[at + 9] === 0x2e &&
    bytes[at + 13] === 0x5a;
  const hours = pair(bytes, at + 1);
  const minutes = pair(bytes, at + 4);
  const seconds = pair(bytes, at + 7);
  const hundredths = pair(bytes, at + 10);
  const last = bytes[at + 12]! - 0x30;
  if (!isShaped || hours > 23 || minutes > 59 || seconds > 59 || hundredths > 99 || last < 0 || last > 9) return Number.NaN;
  return (hours * 60 + minutes) * MINUTE_MS + seconds * 1000 + hundredths * 10 + last;
};

/** Times outside the years 2000 to 2199 are damage, not dates. */
const plausible = (atMs: number): number | null =>
  atMs >= 946_684_800_000 && atMs < 7_258_118_400_000 ? atMs : null;
