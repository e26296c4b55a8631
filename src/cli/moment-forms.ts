/** What `--since` and `--until` take, for help and errors. */
export const MOMENT_FORMS =
  '2026-11-01, 2026-11-01T09:30, 2026-11-01T09:30:00Z, 2026-11, today, yesterday, 7d, 2w, 12h or 30m';
