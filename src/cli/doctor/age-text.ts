const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long ago a moment was, in the unit that suits it: `just now`, `12 min ago`, `5 h ago`, `3 days ago`. */
export function ageText(atMs: number, nowMs: number): string {
  const ageMs = nowMs - atMs;
  if (ageMs < 2 * MINUTE_MS) return 'just now';
  if (ageMs < 2 * HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min ago`;
  return ageMs < 2 * DAY_MS
    ? `${Math.floor(ageMs / HOUR_MS)} h ago`
    : `${Math.floor(ageMs / DAY_MS)} days ago`;
}
