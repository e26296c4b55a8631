import type { Database } from 'better-sqlite3';
import type { OriginState, Source } from '../records/record.ts';

/** How far each origin of a source was read, as its receiver wrote it down. */
export function originStates(db: Database, source: Source): readonly OriginState[] {
  return db
    .prepare<[string], OriginState>('SELECT path, position FROM origin WHERE source = ?')
    .all(source);
}
