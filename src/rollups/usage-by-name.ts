import type { Database } from 'better-sqlite3';
import { SOURCES } from '../store/rows.ts';
import { sumUsage, type UsageScope } from './usage-sums.ts';
import type { UsageSums } from './usage-figures.ts';
import { byName, usageTable, type UsageTable } from './usage-table.ts';

/** What has a name of its own and a column in the sums. */
export type NamedGroup = keyof typeof KEYS;

const KEYS = {
  session: 'session_id',
  project: 'project',
  model: 'model',
  source: 'source',
} as const;

const NAME_SQL = {
  session: 'SELECT id, session_id AS name FROM session',
  project: 'SELECT id, path AS name FROM project',
  model: 'SELECT id, name FROM model',
} as const;

/** What each session, project, model or source used, dearest first. */
export function usageByName<K extends NamedGroup>(
  db: Database,
  group: K,
  scope: UsageScope,
): UsageTable<(typeof KEYS)[K]> {
  const names = namesOf(db, group);
  const named = [...sumUsage(db, group, scope)].map(([id, usage]): [string, UsageSums] => [
    names.get(id) ?? `#${id}`,
    usage,
  ]);
  return usageTable(
    KEYS[group],
    named.sort((a, b) => b[1].cost_nano_usd - a[1].cost_nano_usd || byName(a, b)),
  );
}

function namesOf(db: Database, group: NamedGroup): ReadonlyMap<number, string> {
  if (group === 'source') {
    return new Map(SOURCES.entries());
  }
  const rows = db.prepare<[], { id: number; name: string }>(NAME_SQL[group]).all();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
