import type { Database, Statement } from 'better-sqlite3';
import type { ArchiveLine, ArchiveStream } from '../records/archive-line.ts';
import type {
  ArchivedEntry,
  ArchivedOccurrence,
  ArchivedRequest,
  ArchivedToolCall,
} from '../records/archived-state.ts';
import type { MetricEntry } from '../records/metric-entry.ts';
import { occurrenceEntry, requestEntry, toolCallEntry } from './read-entry.ts';
import type { EntryKind, NamedOccurrence, NamedRequest, NamedToolCall } from './read-rows.ts';
import { rowsSql } from './read-rows.ts';
import { SOURCES } from './rows.ts';

/** Lines of the log of one kind, as JSON of `[seq, ref, revision]`. */
export type LinesText = string;

/** SQL of such lines, as a table with the columns `seq`, `ref` and `loggedRevision`; bound once. */
export const LINES_SQL = `(SELECT value ->> 0 AS seq, value ->> 1 AS ref, value ->> 2 AS loggedRevision FROM json_each(?))`;

/** What every line of the log that tells an entry brings with it. */
interface Logged {
  readonly seq: number;
  readonly loggedRevision: number;
  readonly owner_path: string;
  readonly owner_source: string;
  readonly line: number;
}

type LoggedRequest = NamedRequest &
  Logged & {
    readonly origin_path: string | null;
    readonly origin_source: string | null;
    readonly end_ms: number;
  };

type LoggedToolCall = NamedToolCall &
  Logged & {
    readonly plan_path: string | null;
    readonly plan_edit: string | null;
    readonly prompt_id: string | null;
    readonly call_rank: number | null;
    readonly result_rank: number | null;
    readonly seen: number;
    readonly input_digest: string | null;
    readonly permission_key: string | null;
    readonly asked_at_ms: number | null;
    readonly started_at_ms: number | null;
  };

type LoggedOccurrence = NamedOccurrence &
  Logged & { readonly scopes: string | null; readonly aliases: string | null };

const OWNER = `x.seq, x.loggedRevision, e.line, (SELECT path FROM origin WHERE id = e.owner) AS owner_path,
  (SELECT source FROM origin WHERE id = e.owner) AS owner_source, `;
const EXTRA = [
  `${OWNER}e.end_ms, iif(e.origin = e.owner, NULL, (SELECT path FROM origin WHERE id = e.origin)) AS origin_path,
   iif(e.origin = e.owner, NULL, (SELECT source FROM origin WHERE id = e.origin)) AS origin_source, `,
  `${OWNER}e.plan_path, e.plan_edit, e.prompt_id, e.call_rank, e.result_rank, e.seen, e.input_digest, e.permission_key,
   e.asked_at_ms, e.started_at_ms, `,
  `${OWNER}e.scopes, (SELECT json_group_array(key) FROM occurrence_alias WHERE ref = e.id HAVING count(*) > 0) AS aliases, `,
] as const;

const STREAMS = ['requests', 'tool_calls', 'occurrences'] as const satisfies ArchiveStream[];

/** Reads lines of the log that tell of entries, as lines of the archive; superseded ones are left out. */
export const createArchivedEntries = (
  db: Database,
): ((kind: EntryKind, lines: LinesText) => readonly ArchiveLine[]) => {
  const page = (kind: EntryKind): Statement<[LinesText]> =>
    db.prepare(rowsSql(kind, `${LINES_SQL} x`, EXTRA[kind]));
  const pages = [page(0), page(1), page(2)] as const;
  return (kind, lines) => {
    const archived: ArchiveLine[] = [];
    for (const row of pages[kind].iterate(lines) as Iterable<Logged & NamedRequest>)
      if (row.revision === row.loggedRevision) archived.push(lineOf(kind, row));
    return archived;
  };
};

const lineOf = (kind: EntryKind, row: Logged & NamedRequest): ArchiveLine => {
  const { entry, stored } = archivedOf(kind, row);
  const { id, revision } = entry;
  const { seq, at_ms: atMs } = row;
  const text = JSON.stringify({ ...entry, seq, stored });
  return { seq, stream: STREAMS[kind], atMs, id, revision, text };
};

interface Archived {
  readonly entry: MetricEntry;
  readonly stored: ArchivedEntry;
}

const archivedOf = (kind: EntryKind, row: object): Archived => {
  switch (kind) {
    case 0:
      return archivedRequest(row as LoggedRequest);
    case 1:
      return archivedToolCall(row as LoggedToolCall);
    case 2:
      return archivedOccurrence(row as LoggedOccurrence);
  }
};

const archivedRequest = (row: LoggedRequest): Archived => {
  const entry = requestEntry(row);
  const stored: ArchivedRequest = {
    ...placeOf(row),
    ...(entry.data['message_id'] !== row.key && { key: row.key }),
    ...(row.origin_path !== null && { origin: row.origin_path }),
    ...(row.origin_source !== null &&
      isOther(row.origin_source, row) && { origin_source: row.origin_source }),
    end_ms: row.end_ms,
    ...(row.detail !== null && { detail: row.detail }),
  };
  return { entry, stored };
};

const archivedToolCall = (row: LoggedToolCall): Archived => {
  const entry = toolCallEntry(row);
  const stored: ArchivedToolCall = {
    ...placeOf(row),
    ...(entry.data['tool_use_id'] !== row.key && { key: row.key }),
    ...(row.request_key !== null && { request_key: row.request_key }),
    ...(row.plan_path !== null && { plan_path: row.plan_path }),
    ...(row.plan_edit !== null && { plan_edit: row.plan_edit }),
    ...(row.prompt_id !== null && { prompt_id: row.prompt_id }),
    ...(row.call_rank !== 0 && { call_rank: row.call_rank }),
    ...(row.result_rank !== 0 && { result_rank: row.result_rank }),
    ...(row.seen !== 1 && { seen: row.seen }),
    ...(row.input_digest !== null && { input_digest: row.input_digest }),
    ...(row.permission_key !== null && { permission_key: row.permission_key }),
    ...(row.asked_at_ms !== null && { asked_at_ms: row.asked_at_ms }),
    ...(row.started_at_ms !== null && { started_at_ms: row.started_at_ms }),
  };
  return { entry, stored };
};

const archivedOccurrence = (row: LoggedOccurrence): Archived => {
  const entry = occurrenceEntry(row);
  const { agent_id: agentId, ...data } = entry.data;
  // An agent in the data itself hides the row's own.
  const isPlain = agentId === (row.agent_id ?? undefined) && JSON.stringify(data) === row.data;
  const stored: ArchivedOccurrence = {
    ...placeOf(row),
    key: row.key,
    ...(row.scopes !== null && { scopes: row.scopes }),
    ...(row.aliases !== null && { aliases: JSON.parse(row.aliases) as string[] }),
    ...(!isPlain && { data: row.data, agent_id: row.agent_id }),
  };
  return { entry, stored };
};

const placeOf = (row: Logged & { readonly source: number }): ArchivedEntry => ({
  owner: row.owner_path,
  ...(isOther(row.owner_source, row) && { owner_source: row.owner_source }),
  line: row.line,
});

const isOther = (source: string, row: { readonly source: number }): boolean =>
  source !== SOURCES[row.source];
