import type { Database } from 'better-sqlite3';
import { usdFromNano } from '../records/money.ts';
import { ANY_NAME, resolveFilter } from './filter.ts';
import type { SessionSummary } from './session-summary.ts';
import { sessionDetail, type SessionView } from './sessions.ts';
import { ALL_TIME } from './time-slots.ts';
import type { UsageFigures } from './usage-figures.ts';
import { usageByName } from './usage-by-name.ts';

/** Everything that is known of where a session's figures come from. */
export interface SessionExplanation {
  readonly kind: 'session';
  readonly session_id: string;
  /** Null where nothing in it is its own: all of it is a copy of other sessions. */
  readonly summary: SessionSummary | null;
  readonly by_model: readonly ({ readonly model: string } & UsageFigures)[];
  readonly files: readonly SessionFile[];
  /** Those that are still in the store. */
  readonly requests: readonly SessionRequest[];
  /** How many more have left it for the archive; they are in all sums. */
  readonly archived_requests: number;
  /** Requests that its files hold as copies, by the session they count for, as far as they are in the store. */
  readonly copied: readonly CopiedRequests[];
  /** What the client itself keeps of the session's cost, as it wrote it last. */
  readonly client: Readonly<Record<string, unknown>> | null;
}

/** A file of the session, or another one that holds requests counted for it. */
export interface SessionFile {
  readonly path: string;
  readonly source: string;
  readonly lines: number;
  readonly bytes: number;
  readonly first_at: string | null;
  /** Requests of this session that are counted for this file, and what they cost. */
  readonly requests: number;
  readonly cost_usd: number;
}

/** Requests of another session that a fork or a resumed session repeats. */
export interface CopiedRequests {
  readonly session_id: string;
  readonly requests: number;
  readonly cost_usd: number;
  /** Everything that session costs, its subagents with it. */
  readonly session_cost_usd: number;
}

/** One request of the session and where it stands. */
export interface SessionRequest {
  readonly key: string;
  readonly at: string;
  readonly model: string;
  readonly cost_usd: number;
  readonly final: boolean;
  readonly path: string;
  readonly line: number;
}

const COST =
  'input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd';

/** Explains a session by its id or the beginning of it; undefined when none has it. */
export function explainSession(
  db: Database,
  sessionId: string,
  view: SessionView,
): SessionExplanation | undefined {
  const filter = resolveFilter(db, { ...ANY_NAME, session: sessionId });
  const [id] = filter.sessions ?? [];
  if (id === undefined) {
    return undefined;
  }
  const fullId = String(
    db.prepare<[number], string>('SELECT session_id FROM session WHERE id = ?').pluck().get(id),
  );
  return {
    kind: 'session',
    session_id: fullId,
    summary: sessionDetail(db, fullId, view) ?? null,
    by_model: usageByName(db, 'model', { range: ALL_TIME, filter }).rows,
    files: filesOf(db, id),
    requests: requestsOf(db, id),
    archived_requests: archivedOf(db, id),
    copied: copiedBy(db, id),
    client: clientFigures(db, id),
  };
}

function filesOf(db: Database, id: number): SessionFile[] {
  return db
    .prepare<
      { id: number },
      Omit<SessionFile, 'first_at' | 'cost_usd'> & { firstAtMs: number | null; nanoUsd: number }
    >(
      `SELECT path, source, lines, bytes, first_at_ms AS firstAtMs,
         coalesce(requests, 0) AS requests, coalesce(nanoUsd, 0) AS nanoUsd
       FROM origin LEFT JOIN (
         SELECT owner, sum(requests) AS requests, sum(nanoUsd) AS nanoUsd FROM (
           SELECT owner, 1 AS requests, ${COST} AS nanoUsd FROM request WHERE session = @id
           UNION ALL SELECT CAST(name AS INTEGER), n, amount FROM gone_count WHERE session = @id AND kind = 'origin'
         ) GROUP BY owner
       ) AS owned ON owned.owner = origin.id
       WHERE session = @id OR owned.owner IS NOT NULL ORDER BY path`,
    )
    .all({ id })
    .map(({ firstAtMs, nanoUsd, ...file }) => ({
      ...file,
      first_at: firstAtMs === null ? null : new Date(firstAtMs).toISOString(),
      cost_usd: usdFromNano(nanoUsd),
    }));
}

function copiedBy(db: Database, id: number): CopiedRequests[] {
  return db
    .prepare<
      { id: number },
      { session_id: string; requests: number; nanoUsd: number; sessionNanoUsd: number }
    >(
      `SELECT session.session_id, count(*) AS requests, sum(${COST}) AS nanoUsd,
         (SELECT coalesce(sum(${COST}), 0) FROM request AS whole WHERE whole.session = session.id)
           + (SELECT coalesce(sum(amount), 0) FROM gone_count WHERE gone_count.session = session.id AND kind = 'origin') AS sessionNanoUsd
       FROM (SELECT DISTINCT request FROM request_copy JOIN origin ON origin.id = request_copy.origin WHERE origin.session = @id) AS copy
         JOIN request ON request.id = copy.request JOIN session ON session.id = request.session
       WHERE request.session <> @id GROUP BY session.id ORDER BY nanoUsd DESC, session.session_id`,
    )
    .all({ id })
    .map(({ nanoUsd, sessionNanoUsd, ...copied }) => ({
      ...copied,
      cost_usd: usdFromNano(nanoUsd),
      session_cost_usd: usdFromNano(sessionNanoUsd),
    }));
}

function requestsOf(db: Database, id: number): SessionRequest[] {
  return db
    .prepare<
      [number],
      {
        key: string;
        atMs: number;
        model: string;
        nanoUsd: number;
        final: number;
        path: string;
        line: number;
      }
    >(
      `SELECT key, at_ms AS atMs, model.name AS model, ${COST} AS nanoUsd, final, origin.path AS path, line
       FROM request JOIN model ON model.id = request.model JOIN origin ON origin.id = request.origin
       WHERE request.session = ? ORDER BY at_ms, request.id`,
    )
    .all(id)
    .map(({ key, atMs, model, nanoUsd, final, path, line }) => ({
      key,
      at: new Date(atMs).toISOString(),
      model,
      cost_usd: usdFromNano(nanoUsd),
      final: final === 1,
      path,
      line,
    }));
}

function archivedOf(db: Database, id: number): number {
  const sql = `SELECT coalesce(sum(n), 0) FROM gone_count WHERE session = ? AND kind = 'origin'`;
  return Number(db.prepare(sql).pluck().get(id));
}

function clientFigures(db: Database, id: number): Record<string, unknown> | null {
  const text = db
    .prepare<[number], string>(
      "SELECT value FROM session_fact WHERE session = ? AND name = 'cost_state'",
    )
    .pluck()
    .get(id);
  return text === undefined ? null : (JSON.parse(text) as Record<string, unknown>);
}
