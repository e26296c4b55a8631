import type { Database } from 'better-sqlite3';

/** How often an event was heard from one installation of the hooks, and when last. */
export interface HookEventCount {
  readonly event: string;
  /** Where the hook that told of it is registered; `unknown` where it did not say. */
  readonly scope: string;
  readonly count: number;
  readonly lastAtMs: number;
}

/** Every event that was ever heard, by name, then by scope; nothing from a store that is older than hooks. */
export function hookEvents(db: Database): readonly HookEventCount[] {
  const hasTable = db
    .prepare(`SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'hook_event'`)
    .pluck()
    .get();
  if (hasTable !== 1) return [];
  return db
    .prepare<[], HookEventCount>(
      'SELECT event, scope, count, last_at_ms AS lastAtMs FROM hook_event ORDER BY event, scope',
    )
    .all();
}
