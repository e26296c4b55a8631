import type { Database, Statement } from 'better-sqlite3';

const known = new WeakMap<Database, Map<string, Statement>>();

/**
 * A statement that is prepared once for a connection, for questions that are asked again for each of many things:
 * preparing costs more than answering them. Whoever sets it to `pluck` must be the only one with that text.
 */
export function prepared<P extends unknown[], R = unknown>(
  db: Database,
  sql: string,
): Statement<P, R> {
  const statements = known.get(db) ?? new Map<string, Statement>();
  known.set(db, statements);
  const statement = statements.get(sql) ?? db.prepare(sql);
  statements.set(sql, statement);
  return statement as unknown as Statement<P, R>;
}
