import type { Database } from 'better-sqlite3';
import { LIMIT_WINDOW_NAMES, type LimitWindow } from '../records/rate-limit.ts';
import type { Add } from './metric-table.ts';
import { BASIS_POINTS } from './metric-spec.ts';

/** What was told last of one rate limit; times are ISO 8601 in UTC. */
export interface RateLimit {
  readonly window: LimitWindow;
  /** The part that is used up, 1 for all of it; null once the window is over: how much of the next is used nobody has told. */
  readonly used_ratio: number | null;
  readonly resets_at: string;
  /** Whether that moment has passed. */
  readonly is_over: boolean;
  /** Since when the session says so. */
  readonly told_at: string;
  readonly session_id: string;
}

interface LimitRow {
  readonly window: LimitWindow;
  readonly used_bp: number;
  readonly resets_at_ms: number;
  readonly told_at_ms: number;
  readonly session_id: string;
}

/** Every rate limit that was ever told of, the shortest window first. */
export function rateLimits(db: Database, nowMs: number): readonly RateLimit[] {
  return limitRows(db).map(({ window, used_bp, resets_at_ms, told_at_ms, session_id }) => {
    const isOver = resets_at_ms <= nowMs;
    return {
      window,
      used_ratio: isOver ? null : used_bp / BASIS_POINTS,
      resets_at: new Date(resets_at_ms).toISOString(),
      is_over: isOver,
      told_at: new Date(told_at_ms).toISOString(),
      session_id,
    };
  });
}

/** Adds the limits whose windows run; of one that is over nothing is known, so it has no series. */
export function addRateLimits(db: Database, nowMs: number, add: Add): void {
  for (const { window, used_bp, resets_at_ms } of limitRows(db)) {
    if (resets_at_ms <= nowMs) continue;
    add('limitUsed', { window }, used_bp);
    add('limitReset', { window }, resets_at_ms);
  }
}

function limitRows(db: Database): readonly LimitRow[] {
  const rows = db.prepare<[], LimitRow>(
    'SELECT window, used_bp, resets_at_ms, told_at_ms, session_id FROM rate_limit',
  );
  const place = ({ window }: LimitRow): number => LIMIT_WINDOW_NAMES.indexOf(window);
  return rows.all().sort((left, right) => place(left) - place(right));
}
