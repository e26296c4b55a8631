import type { Database } from 'better-sqlite3';

/** How one source does: what it has brought, and what of it could not be used. */
export interface SourceStatus {
  readonly source: string;
  /** Files and other origins whose position is kept. */
  readonly origins: number;
  readonly lines: number;
  readonly bytes: number;
  /** When the newest thing it told of happened, ISO 8601 in UTC. */
  readonly last_entry: string | null;
  readonly duplicates: number;
  readonly rejects: Readonly<Record<string, number>>;
}

interface OriginRow {
  readonly source: string;
  readonly origins: number;
  readonly lines: number;
  readonly bytes: number;
}

interface RejectRow {
  readonly source: string;
  readonly reason: string;
  readonly count: number;
}

/** Every source that has brought anything, by name. */
export function sourceStatus(db: Database): readonly SourceStatus[] {
  const origins = db.prepare<[], OriginRow>(
    'SELECT source, count(*) AS origins, sum(lines) AS lines, sum(bytes) AS bytes FROM origin GROUP BY source ORDER BY source',
  );
  const lastMsBySource = lastEntries(db);
  const rejects = db
    .prepare<[], RejectRow>(
      'SELECT source, reason, count(*) AS count FROM dead_letter JOIN origin USING (path) GROUP BY source, reason ORDER BY reason',
    )
    .all();
  const duplicates = tallies(db, 'duplicates');
  return origins.all().map((row) => {
    const lastMs = lastMsBySource.get(row.source);
    return {
      ...row,
      last_entry: lastMs === undefined ? null : new Date(lastMs).toISOString(),
      duplicates: duplicates[row.source] ?? 0,
      rejects: Object.fromEntries(
        rejects
          .filter(({ source }) => source === row.source)
          .map(({ reason, count }) => [reason, count]),
      ),
    };
  });
}

/** When the newest thing that each source told of happened, in unix milliseconds. */
export function lastEntries(db: Database): ReadonlyMap<string, number> {
  const rows = db
    .prepare<[], { source: string; at_ms: number }>(
      `SELECT source, max(last_at_ms) AS at_ms FROM activity JOIN origin ON origin.id = activity.origin GROUP BY source
       UNION ALL SELECT 'hook', max(last_at_ms) FROM hook_event HAVING count(*) > 0
       UNION ALL SELECT 'plan', max(at_ms) FROM plan_event HAVING count(*) > 0`,
    )
    .all();
  const newest = new Map<string, number>();
  for (const { source, at_ms } of rows) {
    newest.set(source, Math.max(at_ms, newest.get(source) ?? at_ms));
  }
  return newest;
}

/** Everything counted under a name, by label. */
export function tallies(db: Database, name: string): Readonly<Record<string, number>> {
  const rows = db.prepare<[string], { label: string; value: number }>(
    'SELECT label, value FROM tally WHERE name = ? ORDER BY label',
  );
  return Object.fromEntries(rows.all(name).map(({ label, value }) => [label, value]));
}
