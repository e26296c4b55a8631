import type { Database } from 'better-sqlite3';
import type { ArchiveLine, ArchivePage, ArchiveStream } from '../records/archive-line.ts';
import type { LoggedLine } from './archive-document.ts';
import { createArchivedDocuments } from './archive-documents.ts';
import { createArchivedEntries } from './archive-entries.ts';
import { createArchivedPlanEvents } from './archive-plan-events.ts';
import type { EntryKind } from './read-rows.ts';
import { EVENT_KINDS } from './rows.ts';
import type { StoreReader } from './store.ts';

const DAY_MS = 86_400_000;
const LINES_AT_ONCE = 500;

/** Tables whose rows have a time of their own, by stream. */
const DATED = {
  requests: { kind: EVENT_KINDS.request, table: 'request' },
  tool_calls: { kind: EVENT_KINDS.tool_call, table: 'tool_call' },
  occurrences: { kind: EVENT_KINDS.occurrence, table: 'occurrence' },
  plan_events: { kind: EVENT_KINDS.plan_event, table: 'plan_event' },
} as const;

const isDated = (stream: ArchiveStream): stream is keyof typeof DATED =>
  Object.hasOwn(DATED, stream);

/** What of a kind is told as a whole: only its last line counts. */
const NEWEST_SQL = `(kind NOT IN (${EVENT_KINDS.session}, ${EVENT_KINDS.plan}, ${EVENT_KINDS.origin}, ${EVENT_KINDS.collector})
  OR seq = (SELECT seq FROM document WHERE document.kind = event.kind AND document.ref = event.ref))`;

/** Reads the log as lines of the archive. */
export const createArchiveLog = (
  db: Database,
): Pick<StoreReader, 'archived' | 'archivedDay' | 'hotSinceMs' | 'storeId'> => {
  const read = createLineReader(db);
  const page = db.prepare<[number, number], LoggedLine>(
    'SELECT seq, kind, ref, revision FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const isNewest = db
    .prepare<[number], number>(`SELECT ${NEWEST_SQL} FROM event WHERE seq = ?`)
    .pluck();
  const archived = db.transaction((seq: number, limit: number): ArchivePage => {
    const lines = page.all(seq, limit);
    const newest = lines.filter(
      (line) => line.kind <= EVENT_KINDS.plan_event || isNewest.get(line.seq) === 1,
    );
    return { lines: read(newest), toSeq: lines.at(-1)?.seq ?? seq };
  });
  const linesOfDay = createDayReader(db);
  const storeId = db.prepare<[], string>('SELECT id FROM store_identity').pluck();
  const hotSince = db.prepare<[], number | null>('SELECT since_ms FROM hot_window').pluck();
  return {
    archived,
    *archivedDay(stream, dayStartMs, toSeq) {
      const lines = linesOfDay(stream, dayStartMs, toSeq);
      for (let at = 0; at < lines.length; at += LINES_AT_ONCE)
        for (const line of read(lines.slice(at, at + LINES_AT_ONCE)))
          if (isOfDay(line, stream, dayStartMs)) yield line;
    },
    hotSinceMs: () => hotSince.get() ?? Number.NEGATIVE_INFINITY,
    storeId: () => storeId.get()!,
  };
};

const isOfDay = (line: ArchiveLine, stream: ArchiveStream, dayStartMs: number): boolean =>
  line.stream === stream && line.atMs >= dayStartMs && line.atMs < dayStartMs + DAY_MS;

/** Reads lines of any kind, in their order; each kind of entry with one query. */
const createLineReader = (db: Database): ((lines: readonly LoggedLine[]) => ArchiveLine[]) => {
  const entries = createArchivedEntries(db);
  const planEvents = createArchivedPlanEvents(db);
  const document = createArchivedDocuments(db);
  return (lines) => {
    const read: ArchiveLine[] = [];
    for (const [kind, some] of Map.groupBy(lines, (line) => line.kind)) {
      if (kind <= EVENT_KINDS.plan_event) {
        const text = JSON.stringify(some.map(({ seq, ref, revision }) => [seq, ref, revision]));
        const found =
          kind === EVENT_KINDS.plan_event ? planEvents(text) : entries(kind as EntryKind, text);
        for (const line of found) read.push(line);
      } else {
        for (const line of some) {
          const found = document(line);
          if (found !== undefined) read.push(found);
        }
      }
    }
    return read.sort((left, right) => left.seq - right.seq);
  };
};

/** Finds the lines of the log that may tell something of a day; looks through the whole log. */
const createDayReader = (db: Database) => {
  const ofTable = (kind: number, table: string) =>
    db.prepare<[number, number, number], LoggedLine>(
      `SELECT seq, kind, ref, revision FROM event
       WHERE kind = ${kind} AND seq <= ? AND ref IN (SELECT id FROM ${table} WHERE at_ms >= ? AND at_ms < ?) ORDER BY seq`,
    );
  const ofPlans = db.prepare<[number], LoggedLine>(
    `SELECT seq, kind, ref, revision FROM event WHERE kind = ${EVENT_KINDS.plan} AND seq <= ? AND ${NEWEST_SQL} ORDER BY seq`,
  );
  const ofSessions = db.prepare<[number], LoggedLine>(
    `SELECT seq, kind, ref, revision FROM event
     WHERE kind IN (${EVENT_KINDS.session}, ${EVENT_KINDS.origin}, ${EVENT_KINDS.copy}, ${EVENT_KINDS.collector}) AND seq <= ?
       AND ${NEWEST_SQL} ORDER BY seq`,
  );
  return (stream: ArchiveStream, dayStartMs: number, toSeq: number): readonly LoggedLine[] => {
    if (isDated(stream)) {
      const { kind, table } = DATED[stream];
      return ofTable(kind, table).all(toSeq, dayStartMs, dayStartMs + DAY_MS);
    }
    return (stream === 'plans' ? ofPlans : ofSessions).all(toSeq);
  };
};
