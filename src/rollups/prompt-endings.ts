/**
 * When the work for a prompt is over. Nothing in a session says so for certain: a turn that ends may be followed by what
 * an agent in the background brings. So an ending may be told again, later, when something happened after it.
 */
import type { Database } from 'better-sqlite3';
import { requestEntry } from '../store/read-entry.ts';
import type { NamedRequest } from '../store/read-rows.ts';
import { rowsSql } from '../store/read-rows.ts';
import type { StoredMetric } from '../store/store.ts';
import type { AgentRun } from './agent-runs.ts';
import type { LinePlace, LinePlaces } from './line-places.ts';
import type { SessionPrompt } from './session-prompts.ts';

/** A prompt whose work is over, as far as is known. */
export interface PromptEnding {
  readonly sessionId: string;
  readonly project: string;
  readonly prompt: SessionPrompt;
  readonly endMs: number;
  /** Requests of which nobody said that they are final, and never will, as it seems. */
  readonly unfinished: readonly Placed[];
  /** Agents in the background that did something meanwhile. */
  readonly agents: readonly PlacedAgent[];
}

/** An agent, and the prompt that it was asked for in. */
export interface PlacedAgent {
  readonly agent: AgentRun;
  readonly promptId: string | null;
}

/** An entry and where it belongs. */
export interface Placed {
  readonly entry: StoredMetric['entry'];
  readonly place: LinePlace;
}

/** At which moment of which session to look. */
export interface EndingQuery {
  readonly session: number;
  readonly untilMs: number;
  /** Whether what happened then is itself the end of the work, and not only a sign that it was over before. */
  readonly isEnd: boolean;
}

/** Types of entries after which a prompt's work is over; a new prompt is one too. */
export const ENDINGS: ReadonlySet<string> = new Set([
  'turn_completed',
  'user_stop',
  'user_interrupt',
  'stop_failed',
  'session_ended',
]);
const ENDING_TYPES = [...ENDINGS].map((type) => `'${type}'`).join(', ');

/** More than this of one prompt is not looked for. */
const MAX_UNFINISHED = 1_000;

interface Window {
  readonly session: number;
  readonly fromMs: number;
  readonly toMs: number;
}
interface Head {
  readonly sessionId: string;
  readonly project: string;
}

/** Answers which prompt was over at a moment; undefined where there is none, or it was told before and nothing came since. */
export function createPromptEndings(
  db: Database,
  { prompts, agents }: LinePlaces,
): (query: EndingQuery) => PromptEnding | undefined {
  const { endedBefore, busyUntil, head, unfinishedRows, backgroundAgents } = prepared(db);
  const isBusy = (window: Window): boolean => (busyUntil.get(window)?.endMs ?? null) !== null;
  return db.transaction(({ session, untilMs, isEnd }: EndingQuery): PromptEnding | undefined => {
    const prompt = prompts.at(session, isEnd ? untilMs : untilMs - 1);
    if (prompt === undefined) return undefined;
    const window = { session, fromMs: prompt.atMs, toMs: untilMs };
    const toldMs = endedBefore.get(window)?.atMs ?? null;
    if (toldMs !== null && !isBusy({ ...window, fromMs: toldMs + 1 })) return undefined;
    const busy = busyUntil.get(window);
    const named = head.get({ session, atMs: prompt.atMs });
    // A command that asked nothing of the model is no work.
    if (named === undefined || (prompt.isCommand && (busy?.requests ?? 0) === 0)) return undefined;
    const { sessionId } = named;
    const promptIdAt = (atMs: number): string | null => prompts.at(session, atMs)?.id ?? null;
    return {
      ...named,
      prompt,
      endMs: Math.max(prompt.atMs, busy?.endMs ?? 0, isEnd ? untilMs : 0),
      unfinished: unfinishedRows.all(window).map((row) => {
        const { at_ms: startMs, endMs, agent_id: agentId } = row;
        const asked =
          agentId === null ? undefined : agents.startOf({ session, sessionId, agentId });
        const place = { session, startMs, endMs, promptId: promptIdAt(asked ?? startMs) };
        return { entry: requestEntry(row), place };
      }),
      agents: backgroundAgents.all(window).flatMap(({ agentId }) => {
        const agent = agents.of({ session, sessionId, agentId });
        return agent === undefined ? [] : [{ agent, promptId: promptIdAt(agent.startMs) }];
      }),
    };
  });
}

const prepared = (db: Database) => ({
  endedBefore: db.prepare<Window, { atMs: number | null }>(
    `SELECT max(at_ms) AS atMs FROM occurrence
     WHERE session = @session AND at_ms >= @fromMs AND at_ms < @toMs AND agent_id IS NULL AND type IN (${ENDING_TYPES})`,
  ),
  busyUntil: db.prepare<Window, { requests: number; endMs: number | null }>(
    `SELECT sum(requests) AS requests, max(end_ms) AS endMs FROM (
       SELECT count(*) AS requests, max(end_ms) AS end_ms FROM request
         WHERE session = @session AND at_ms >= @fromMs AND at_ms <= @toMs
       UNION ALL SELECT 0, max(coalesce(result_at_ms, at_ms)) FROM tool_call
         WHERE session = @session AND at_ms >= @fromMs AND at_ms <= @toMs)`,
  ),
  head: db.prepare<{ session: number; atMs: number }, Head>(
    `SELECT session.session_id AS sessionId, project.path AS project
     FROM occurrence e JOIN session ON session.id = e.session JOIN project ON project.id = e.project
     WHERE e.session = @session AND e.at_ms = @atMs LIMIT 1`,
  ),
  unfinishedRows: db.prepare<Window, NamedRequest & { readonly endMs: number }>(
    rowsSql(
      0,
      `(SELECT id AS ref FROM request WHERE session = @session AND at_ms >= @fromMs AND at_ms <= @toMs AND final = 0
        ORDER BY at_ms LIMIT ${MAX_UNFINISHED}) x`,
      'e.end_ms AS endMs, ',
    ),
  ),
  backgroundAgents: db.prepare<Window, { agentId: string }>(
    `SELECT DISTINCT r.agent_id AS agentId FROM request r JOIN subagent a ON a.agent_id = r.agent_id
     WHERE r.session = @session AND r.at_ms >= @fromMs AND r.at_ms <= @toMs AND a.background = 1`,
  ),
});
