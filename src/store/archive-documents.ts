import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { ArchiveLine } from '../records/archive-line.ts';
import type {
  ArchivedCollector,
  ArchivedCopy,
  ArchivedOrigin,
  ArchivedSession,
} from '../records/archived-state.ts';
import type { Document, LoggedLine } from './archive-document.ts';
import { createArchivedPlans } from './archive-plans.ts';
import { EVENT_KINDS } from './rows.ts';
import { READING_TALLIES } from './tallies.ts';

const ID_LENGTH = 22;

const idOf = (prefix: string, ...parts: readonly string[]): string =>
  `${prefix}_${hash('sha256', [prefix, ...parts].join('\0'), 'base64url').slice(0, ID_LENGTH)}`;

/** Latest and earliest moment that has a name in ISO 8601. */
const MAX_DATE_MS = 8_640_000_000_000_000;

/** A moment as text, also where a stranger's file gave one that does not exist. */
const isoTime = (atMs: number): string =>
  new Date(Math.min(MAX_DATE_MS, Math.max(-MAX_DATE_MS, atMs))).toISOString();

/** Reads what a line of the log tells as a whole; undefined where it is gone. */
export const createArchivedDocuments = (
  db: Database,
): ((line: LoggedLine) => ArchiveLine | undefined) => {
  const readers: Readonly<Record<number, (line: LoggedLine) => Document | undefined>> = {
    [EVENT_KINDS.session]: createSessions(db),
    [EVENT_KINDS.plan]: createArchivedPlans(db),
    [EVENT_KINDS.origin]: createOrigins(db),
    [EVENT_KINDS.copy]: createCopies(db),
    [EVENT_KINDS.collector]: createCollector(db),
  };
  return (line) => {
    const document = readers[line.kind]?.(line);
    if (document === undefined) return undefined;
    const { stream, id, body } = document;
    const atMs = Math.trunc(document.atMs);
    const { seq } = line;
    const head = { id, revision: seq, timestamp: isoTime(atMs) };
    const text = JSON.stringify({ ...head, ...body, seq });
    return { seq, stream, atMs, id, revision: seq, text };
  };
};

const createSessions = (db: Database) => {
  const name = db.prepare<[number], string>('SELECT session_id FROM session WHERE id = ?').pluck();
  const facts = db.prepare<[number], ArchivedSession['facts'][number]>(
    'SELECT name, value, at_ms FROM session_fact WHERE session = ? ORDER BY name',
  );
  const agents = db.prepare<[number], ArchivedSession['agents'][number]>(
    `SELECT agent_id, agent_type, tool_use_id, parent_agent_id, spawn_depth, background
     FROM subagent WHERE session = ? ORDER BY agent_id`,
  );
  const activity = db.prepare<
    [number],
    { source: string; path: string; stretches: string; lastAtMs: number }
  >(
    `SELECT source, path, stretches_ms AS stretches, last_at_ms AS lastAtMs
     FROM activity JOIN origin ON origin.id = origin WHERE activity.session = ? ORDER BY source, path`,
  );
  const lastSeen = db
    .prepare<[{ session: number }], number | null>(
      `SELECT max(at_ms) FROM (SELECT max(at_ms) AS at_ms FROM request WHERE session = @session
         UNION ALL SELECT max(at_ms) FROM tool_call WHERE session = @session
         UNION ALL SELECT max(at_ms) FROM occurrence WHERE session = @session)`,
    )
    .pluck();
  return ({ ref }: LoggedLine): Document | undefined => {
    const sessionId = name.get(ref);
    if (sessionId === undefined) return undefined;
    const told = { facts: facts.all(ref), busy: activity.all(ref) };
    const ends = [...told.busy.map((one) => one.lastAtMs), ...told.facts.map((one) => one.at_ms)];
    const body: Omit<ArchivedSession, 'id' | 'revision' | 'seq' | 'timestamp'> = {
      event_type: 'session',
      session_id: sessionId,
      facts: told.facts,
      agents: agents.all(ref),
      activity: told.busy.map(({ source, path, stretches }) => ({
        source,
        path,
        stretches_ms: JSON.parse(stretches) as number[],
      })),
    };
    const atMs = ends.length === 0 ? (lastSeen.get({ session: ref }) ?? 0) : Math.max(...ends);
    return { stream: 'sessions', atMs, id: idOf('ses', sessionId), body };
  };
};

/** Read in one statement with what it says something about, so that both are of one moment. */
const AS_OF_SEQ = '(SELECT coalesce(max(seq), 0) FROM event)';

const createOrigins = (db: Database) => {
  const row = db.prepare<
    [number],
    {
      source: string;
      path: string;
      former: string | null;
      sessionId: string | null;
      firstAtMs: number | null;
      writtenAtMs: number;
      lines: number;
      bytes: number;
      position: string | null;
      asOfSeq: number;
    }
  >(
    `SELECT source, path, former_paths AS former, session_id AS sessionId, first_at_ms AS firstAtMs,
       written_at_ms AS writtenAtMs, lines, bytes, ${AS_OF_SEQ} AS asOfSeq,
       iif(EXISTS (SELECT 1 FROM document WHERE due = 1), NULL, position) AS position
     FROM origin LEFT JOIN session ON session.id = origin.session WHERE origin.id = ?`,
  );
  return ({ ref }: LoggedLine): Document | undefined => {
    const found = row.get(ref);
    if (found === undefined) return undefined;
    const { source, path, firstAtMs, writtenAtMs } = found;
    const body: Omit<ArchivedOrigin, 'id' | 'revision' | 'seq' | 'timestamp'> = {
      event_type: 'origin',
      source,
      path,
      former_paths: JSON.parse(found.former ?? '[]') as string[],
      session_id: found.sessionId,
      first_at_ms: firstAtMs,
      written_at_ms: writtenAtMs,
      lines: found.lines,
      bytes: found.bytes,
      position: found.position,
      as_of_seq: found.asOfSeq,
    };
    const atMs = Math.max(writtenAtMs, firstAtMs ?? 0);
    return { stream: 'sessions', atMs, id: idOf('org', source, path), body };
  };
};

const createCopies = (db: Database) => {
  const row = db.prepare<
    [number, number],
    { key: string; atMs: number; source: string; path: string }
  >(
    `SELECT key, at_ms AS atMs, origin.source, origin.path
     FROM request CROSS JOIN origin ON origin.id = ? WHERE request.id = ?`,
  );
  return ({ ref, revision }: LoggedLine): Document | undefined => {
    const found = row.get(revision, ref);
    if (found === undefined) return undefined;
    const { key, atMs, source, path } = found;
    const body: Omit<ArchivedCopy, 'id' | 'revision' | 'seq' | 'timestamp'> = {
      event_type: 'copy',
      request_key: key,
      source,
      path,
    };
    return { stream: 'sessions', atMs, id: idOf('copy', key, source, path), body };
  };
};

const createCollector = (db: Database) => {
  const heard = db.prepare<[], ArchivedCollector['hook_events'][number]>(
    'SELECT event, scope, count, last_at_ms FROM hook_event ORDER BY event, scope',
  );
  const tallies = db.prepare<[], { name: string; label: string; value: number; asOfSeq: number }>(
    `SELECT name, label, value, ${AS_OF_SEQ} AS asOfSeq FROM tally
     WHERE name IN (SELECT value FROM json_each('${JSON.stringify(READING_TALLIES)}')) AND value <> 0 ORDER BY name, label`,
  );
  const lastAtMs = db
    .prepare<[], number | null>(
      'SELECT max(max(last_at_ms), (SELECT max(written_at_ms) FROM origin)) FROM hook_event',
    )
    .pluck();
  const newest = db.prepare<[], number | null>('SELECT max(written_at_ms) FROM origin').pluck();
  return (): Document => {
    const counted = tallies.all();
    const body: Omit<ArchivedCollector, 'id' | 'revision' | 'seq' | 'timestamp'> = {
      event_type: 'collector',
      hook_events: heard.all(),
      tallies: counted.map(({ name, label, value }) => [name, label, value]),
      as_of_seq: counted[0]?.asOfSeq ?? 0,
    };
    const atMs = lastAtMs.get() ?? newest.get() ?? 0;
    return { stream: 'sessions', atMs, id: 'collector', body };
  };
};
