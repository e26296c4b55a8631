import type { Database } from 'better-sqlite3';

/** What an examination of the store found. */
export interface StoreCheck {
  readonly ok: boolean;
  /** What SQLite found wrong; empty where nothing is. */
  readonly faults: readonly string[];
  readonly schema_version: number;
  readonly size_bytes: number;
  /** Rows of each table that people ask about. */
  readonly counts: Readonly<Record<string, number>>;
  /** Time of the oldest and the newest request that is kept in full. */
  readonly oldest_request: string | null;
  readonly newest_request: string | null;
}

const COUNTED = [
  'origin',
  'session',
  'request',
  'tool_call',
  'occurrence',
  'plan',
  'plan_event',
  'event',
  'rollup_request',
  'rollup_tool',
  'dead_letter',
] as const;

/** Examines the whole file for damage and the sums for agreement with each other; takes seconds per gigabyte. */
export function checkStore(db: Database): StoreCheck {
  const faults = [...quickCheck(db), ...sumFaults(db), ...planFaults(db)];
  const count = (table: string): number =>
    Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  const moments = db
    .prepare<[], { oldest: number | null; newest: number | null }>(
      'SELECT min(at_ms) AS oldest, max(at_ms) AS newest FROM request',
    )
    .get();
  return {
    ok: faults.length === 0,
    faults,
    schema_version: Number(db.pragma('user_version', { simple: true })),
    size_bytes:
      Number(db.pragma('page_count', { simple: true })) *
      Number(db.pragma('page_size', { simple: true })),
    counts: Object.fromEntries(COUNTED.map((table) => [table, count(table)])),
    oldest_request: iso(moments?.oldest ?? null),
    newest_request: iso(moments?.newest ?? null),
  };
}

function quickCheck(db: Database): string[] {
  const rows = db.pragma('quick_check') as { readonly quick_check: string }[];
  return rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
}

/** The sums by quarter-hour and the sums over all time are written together, so they must say the same. */
function sumFaults(db: Database): string[] {
  const agreeing = [
    ['rollup_request', 'total_request', 'requests'],
    ['rollup_request', 'total_request', 'output_tokens'],
    ['rollup_request', 'total_request', 'output_nano_usd'],
    ['rollup_tool', 'total_tool', 'calls'],
    ['rollup_tool', 'total_tool', 'successes'],
    ['rollup_tool', 'total_tool', 'lines_added'],
    ['rollup_tool', 'total_tool', 'bucketed_ms'],
    ['total_call', 'total_tool', 'calls'],
  ] as const;
  return agreeing.flatMap(([slots, totals, column]) => {
    const sum = (table: string): number =>
      Number(db.prepare(`SELECT coalesce(sum(${column}), 0) FROM ${table}`).pluck().get());
    const [bySlot, overall] = [sum(slots), sum(totals)];
    return bySlot === overall
      ? []
      : [`${column}: ${slots} says ${bySlot}, ${totals} says ${overall}`];
  });
}

/** What a plan used must be what was given to it, once that is worked out. */
function planFaults(db: Database): string[] {
  const wrong = db
    .prepare<[], { readonly name: string; readonly used: number; readonly given: number }>(
      `SELECT name, used, given FROM (
         SELECT name, (SELECT coalesce(sum(requests), 0) FROM plan_usage WHERE plan = plan.id) AS used,
           (SELECT count(*) FROM plan_request WHERE plan = plan.id) AS given
         FROM plan WHERE dirty = 0) WHERE used <> given ORDER BY name`,
    )
    .all();
  return wrong.map(
    ({ name, used, given }) => `plan ${name}: plan_usage says ${used}, plan_request says ${given}`,
  );
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
