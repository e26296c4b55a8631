import type { JsonScanner } from './json-scanner.ts';

const digit = (bytes: Uint8Array, at: number): number => bytes[at]! - 0x30;
const pair = (bytes: Uint8Array, at: number): number => digit(bytes, at) * 10 + digit(bytes, at + 1);

/** Reads `2026-11-20T16:59:27.629Z` at the scanner's place as unix milliseconds; null for anything that is no time. */
export const readTimestamp = (json: JsonScanner): number | null => {
  if (json.peek() !== 0x22) {
    json.skipValue();
    return null;
  }
  json.readString();
  const { bytes, start, stop } = json;
  if (stop - start === 24 && bytes[start + 19] === 0x2e && bytes[stop - 1] === 0x5a && !json.escaped) {
    const year = pair(bytes, start) * 100 + pair(bytes, start + 2);
    const hours = pair(bytes, start + 11);
    const minutes = pair(bytes, start + 14);
    const millis = pair(bytes, start + 20) * 10 + digit(bytes, start + 22);
    const atMs = Date.UTC(year, pair(bytes, start + 5) - 1, pair(bytes, start + 8), hours, minutes, pair(bytes, start + 17), millis);
    if (isPlausible(atMs) && new Date(atMs).getUTCMinutes() === minutes) return atMs;
  }
  const atMs = Date.parse(json.text(64));
  return isPlausible(atMs) ? atMs : null;
};

/** Times outside the years 2000 to 2199 are damage, not dates. */
const isPlausible = (atMs: number): boolean => atMs >= 946_684_800_000 && atMs < 7_258_118_400_000;
