import type { Database } from 'better-sqlite3';
import type { ArchiveLine, ArchiveStream } from '../records/archive-line.ts';
import type { LogPage, Stored, StoreReader } from './store.ts';

const ENTRY_STREAMS: Readonly<Record<string, ArchiveStream>> = {
  req: 'requests',
  tool: 'tool_calls',
  evt: 'occurrences',
};
const DAY_MS = 86_400_000;

const lineOf = (line: Stored): ArchiveLine => {
  const told = line.kind === 'plan' ? line.event : line.entry;
  const { id, revision, timestamp } = told;
  const stream =
    line.kind === 'plan' ? 'plan_events' : ENTRY_STREAMS[id.slice(0, id.indexOf('_'))]!;
  const text = JSON.stringify({ ...told, seq: line.seq });
  return { seq: line.seq, stream, atMs: Date.parse(timestamp), id, revision, text };
};

/** Reads the log as lines of the archive. */
export const createArchiveLog = (
  db: Database,
  current: (seq: number, limit: number) => LogPage,
): Pick<StoreReader, 'archived' | 'archivedDay' | 'hotSinceMs' | 'storeId'> => {
  const storeId = db.prepare<[], string>('SELECT id FROM store_identity').pluck();
  return {
    archived: (seq, limit) => {
      const { lines, toSeq } = current(seq, limit);
      return { lines: lines.map(lineOf), toSeq };
    },
    *archivedDay(stream, dayStartMs, toSeq) {
      for (let seq = 0; seq < toSeq;) {
        const page = current(seq, 1000);
        if (page.toSeq === seq) return;
        seq = page.toSeq;
        for (const line of page.lines.map(lineOf)) {
          const isOfDay = line.atMs >= dayStartMs && line.atMs < dayStartMs + DAY_MS;
          if (line.stream === stream && isOfDay && line.seq <= toSeq) yield line;
        }
      }
    },
    hotSinceMs: () => Number.NEGATIVE_INFINITY,
    storeId: () => storeId.get()!,
  };
};
