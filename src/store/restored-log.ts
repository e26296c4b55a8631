import { ARCHIVE } from '../records/archive-line.ts';
import type { Database } from 'better-sqlite3';
import { COLLECTOR_REF, EVENT_KINDS, type RestoredIdentity, type RestoredLine } from './rows.ts';

const DOCUMENTS: ReadonlySet<number> = new Set([
  EVENT_KINDS.session,
  EVENT_KINDS.plan,
  EVENT_KINDS.origin,
  EVENT_KINDS.collector,
]);

/**
 * Writes the log of a restored store, in the transaction at hand: every line under its old number, so that archive and
 * cursors still mean the same. A number that is taken, which only a mixture of archives can bring, is replaced by one
 * behind all others.
 */
export const writeRestoredLog = (db: Database, lines: Iterable<RestoredLine>): void => {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO event (seq, kind, ref, revision) VALUES (?, ?, ?, ?)',
  );
  const append = db.prepare('INSERT INTO event (kind, ref, revision) VALUES (?, ?, ?)');
  const document = db.prepare(
    `INSERT INTO document (kind, ref, seq, due) VALUES (?, ?, ?, 0)
     ON CONFLICT (kind, ref) DO UPDATE SET seq = excluded.seq, due = 0`,
  );
  const without: RestoredLine[] = [];
  const keep = ({ seq, kind, ref }: RestoredLine): void => {
    if (DOCUMENTS.has(kind)) document.run(kind, ref, seq);
  };
  for (const line of lines) {
    const { seq, kind, ref, revision } = line;
    const isFree = seq > 0 && insert.run(seq, kind, ref, revision).changes === 1;
    if (isFree) keep(line);
    else without.push(line);
  }
  for (const line of without) {
    const { kind, ref, revision } = line;
    keep({ ...line, seq: Number(append.run(kind, ref, revision).lastInsertRowid) });
  }
};

/** So many numbers are left out, since the lost store may have told others of lines behind the archived ones. */
const GAP = 1_000_000;

/**
 * Gives a restored store the name of the one that the archive was made of, and says that the archive has what it has.
 * Its log goes on behind every number that the lost store can have used.
 */
export const writeRestoredIdentity = (
  db: Database,
  { storeId, isOwn, archivedSeq, cursors = [], nowMs }: RestoredIdentity,
): void => {
  if (storeId !== null) db.prepare('UPDATE store_identity SET id = ?').run(storeId);
  if (!isOwn) return;
  const lastSeq = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM event').pluck().get()!;
  const reached = Math.max(lastSeq, archivedSeq);
  const move = db.prepare(
    `INSERT INTO export_cursor (exporter, seq, since_ms) VALUES (?, ?, ?)
     ON CONFLICT (exporter) DO UPDATE SET seq = excluded.seq`,
  );
  // What an exporter had not told yet is told by the restored store; what it had told is not told again.
  for (const { exporter, seq, sinceMs } of cursors)
    move.run(exporter, Math.min(seq, reached), Math.min(sinceMs, nowMs));
  move.run(ARCHIVE, reached, nowMs);
  const next = (Math.floor(reached / GAP) + 2) * GAP;
  const { collector } = EVENT_KINDS;
  db.prepare('INSERT INTO event (seq, kind, ref, revision) VALUES (?, ?, ?, 0)').run(
    next,
    collector,
    COLLECTOR_REF,
  );
  db.prepare(
    `INSERT INTO document (kind, ref, seq, due) VALUES (?, ?, ?, 0)
     ON CONFLICT (kind, ref) DO UPDATE SET seq = excluded.seq, due = 0`,
  ).run(collector, COLLECTOR_REF, next);
};
