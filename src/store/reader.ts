import type { Database as Connection, Statement } from 'better-sqlite3';
import Database from 'better-sqlite3';
import type { EntryPages } from '../records/entry-query.ts';
import { createArchiveLog } from './archive-log.ts';
import { createEntryPages } from './read-entries.ts';
import { occurrenceEntry, requestEntry, toolCallEntry } from './read-entry.ts';
import type { NamedPlanEvent } from './read-plan-event.ts';
import { planEvent, planEventsSql } from './read-plan-event.ts';
import type { NamedOccurrence, NamedRequest, NamedToolCall } from './read-rows.ts';
import { rowsSql } from './read-rows.ts';
import { EVENT_KINDS } from './rows.ts';
import type { LogPage, Stored, StoreReader } from './store.ts';

/** The reading side of the store, on a connection of its own that cannot write. */
export interface Reader extends StoreReader, Disposable {
  /** Pages of entries by filter. */
  readonly entries: EntryPages;
  /** Tells those who wait that everything up to this seq is committed. */
  readonly notify: (lastSeq: number) => void;
  readonly close: () => void;
}

const BUSY_TIMEOUT_MS = 5_000;

/** Opens a store that exists for reading. */
export function createReader(dbPath: string): Reader {
  const db = new Database(dbPath, {
    readonly: true,
    fileMustExist: true,
    timeout: BUSY_TIMEOUT_MS,
  });
  db.pragma('query_only = ON');
  const maxSeq = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM event');
  const lastSeq = (): number => maxSeq.get()?.seq ?? 0;
  const { changed, notify } = createWaiters(lastSeq);
  const log = createLogReader(db);
  const close = (): void => void db.close();
  return {
    db,
    lastSeq,
    ...log,
    ...createArchiveLog(db),
    changed,
    notify,
    entries: createEntryPages(db),
    close,
    [Symbol.dispose]: close,
  };
}

type Sequenced<R> = R & { readonly seq: number; readonly loggedRevision: number };

/** Whether a line of the log tells what its row says now. */
const isNewest = (row: { readonly revision: number; readonly loggedRevision: number }): boolean =>
  row.revision === row.loggedRevision;
const isAny = (): boolean => true;

/** Reads the log page by page, each kind of line with one query per page. */
function createLogReader(db: Connection): Pick<StoreReader, 'after' | 'current'> {
  const endOfPage = db.prepare<[number, number], { seq: number | null }>(
    'SELECT max(seq) AS seq FROM (SELECT seq FROM event WHERE seq > ? ORDER BY seq LIMIT ?)',
  );
  const linesOf = (kind: number): string =>
    `(SELECT seq, ref, revision FROM event WHERE kind = ${kind} AND seq > ? AND seq <= ?) x`;
  const extra = 'x.seq, x.revision AS loggedRevision, ';
  const page = (kind: 0 | 1 | 2): Statement<[number, number]> =>
    db.prepare(rowsSql(kind, linesOf(kind), extra));
  const [requests, toolCalls, occurrences] = [page(0), page(1), page(2)];
  const planEvents = db.prepare<[number, number]>(
    planEventsSql(linesOf(EVENT_KINDS.plan_event), extra),
  );
  const read = (after: number, to: number, isWanted: typeof isNewest): Stored[] => {
    const stored: Stored[] = [];
    for (const row of requests.all(after, to) as Sequenced<NamedRequest>[]) {
      if (isWanted(row)) stored.push({ seq: row.seq, kind: 'metric', entry: requestEntry(row) });
    }
    for (const row of toolCalls.all(after, to) as Sequenced<NamedToolCall>[]) {
      if (isWanted(row)) stored.push({ seq: row.seq, kind: 'metric', entry: toolCallEntry(row) });
    }
    for (const row of occurrences.all(after, to) as Sequenced<NamedOccurrence>[]) {
      if (isWanted(row)) stored.push({ seq: row.seq, kind: 'metric', entry: occurrenceEntry(row) });
    }
    for (const row of planEvents.all(after, to) as Sequenced<NamedPlanEvent>[]) {
      if (isWanted(row)) stored.push({ seq: row.seq, kind: 'plan', event: planEvent(row) });
    }
    return stored.sort((a, b) => a.seq - b.seq);
  };
  // A page whose rows are all pruned would look like the end of the log, so such pages are passed over.
  const after = db.transaction((seq: number, limit: number): readonly Stored[] => {
    for (let from = seq; ;) {
      const to = endOfPage.get(from, limit)?.seq ?? null;
      if (to === null) {
        return [];
      }
      const stored = read(from, to, isAny);
      if (stored.length > 0) {
        return stored;
      }
      from = to;
    }
  });
  const current = db.transaction((seq: number, limit: number): LogPage => {
    const to = endOfPage.get(seq, limit)?.seq ?? null;
    return to === null ? { lines: [], toSeq: seq } : { lines: read(seq, to, isNewest), toSeq: to };
  });
  return { after, current };
}

function createWaiters(lastSeq: () => number): Pick<Reader, 'changed' | 'notify'> {
  const waiting = new Set<{ readonly seq: number; readonly wake: () => void }>();
  const changed = (seq: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted || lastSeq() > seq) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(waiter);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const waiter = { seq, wake };
      waiting.add(waiter);
      signal.addEventListener('abort', wake, { once: true });
    });
  };
  const notify = (committed: number): void => {
    for (const { seq, wake } of waiting) {
      if (committed > seq) {
        wake();
      }
    }
  };
  return { changed, notify };
}
