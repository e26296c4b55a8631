import { isDeepStrictEqual } from 'node:util';
import type { RunningCollector } from '../running-server.ts';
import { totalsBySession } from './client-totals.ts';
import type { Played } from './client-stage.ts';

/** What there is to say of one session, by the client's word or by Hall Monitor's. */
export interface ToldSession {
  readonly state: string;
  readonly requests: number;
  readonly costNanoUsd: number;
  readonly prompts: number;
  readonly toolCalls: number;
  readonly failedCalls: number;
  readonly deniedCalls: number;
  readonly subagents: number;
  /** How often the client was started and ended with it; that a compaction begins it anew is left out. */
  readonly starts: number;
  readonly ends: number;
}

/** Sessions by their ids. */
export type ToldSessions = Readonly<Record<string, ToldSession>>;

interface SessionAnswer {
  readonly session_id: string;
  readonly state: string;
  readonly messages: number;
  readonly cost_usd: number;
  readonly prompts: number;
  readonly tool_calls: number;
  readonly tool_failures: number;
  readonly subagents: number;
  readonly tools: readonly { readonly calls: number; readonly denied: number }[];
}

interface EntryAnswer {
  readonly event_type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const NANO = 1_000_000_000;
const LIMIT_MS = 15_000;

/** What is true, by the client's own word. A call of a tool that there is not is a failure, though the client decides on none. */
export const clientTells = ({ api, ends }: Played): ToldSessions =>
  Object.fromEntries(
    [...totalsBySession(api)].map(([session, totals]) => {
      const runs = ends.filter(({ results }) => results.at(-1)?.session_id === session).length;
      return [
        session,
        {
          state: 'ended',
          requests: totals.requests,
          costNanoUsd: Math.round(totals.costUsd * NANO),
          prompts: totals.prompts,
          toolCalls: totals.askedCalls,
          failedCalls: totals.failedCalls + totals.askedCalls - totals.toolCalls,
          deniedCalls: totals.deniedCalls,
          subagents: totals.subagents,
          starts: runs,
          ends: runs,
        },
      ];
    }),
  );

/** What Hall Monitor says over REST, as soon as it is what is expected; else what it said last. */
export async function collectorTells(
  server: RunningCollector,
  expected: ToldSessions,
): Promise<ToldSessions> {
  const endMs = performance.now() + LIMIT_MS;
  for (;;) {
    const told = await readSessions(server);
    if (isDeepStrictEqual(told, expected) || performance.now() > endMs) return told;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readSessions(server: RunningCollector): Promise<ToldSessions> {
  const { data } = await server.json<{ data: readonly SessionAnswer[] }>('/api/sessions');
  const told = await Promise.all(
    data.map(async ({ session_id: id }) => [id, await readSession(server, id)] as const),
  );
  return Object.fromEntries(told);
}

async function readSession(server: RunningCollector, id: string): Promise<ToldSession> {
  const [session, entries] = await Promise.all([
    server.json<SessionAnswer>(`/api/sessions/${id}`),
    server.json<{ data: readonly EntryAnswer[] }>(`/api/metrics?session=${id}&limit=1000`),
  ]);
  const ofType = (...types: readonly string[]): readonly EntryAnswer[] =>
    entries.data.filter(({ event_type: type }) => types.includes(type));
  return agreeing({
    state: session.state,
    requests: [session.messages, ofType('api_response').length],
    costNanoUsd: Math.round(session.cost_usd * NANO),
    prompts: [session.prompts, ofType('user_prompt').length],
    toolCalls: [
      session.tool_calls,
      session.tools.reduce((sum, { calls }) => sum + calls, 0),
      ofType('tool_start', 'tool_completed', 'tool_failed').length,
    ],
    failedCalls: session.tool_failures,
    deniedCalls: session.tools.reduce((sum, { denied }) => sum + denied, 0),
    subagents: session.subagents,
    starts: ofType('session_started').filter(({ data }) => data['source'] !== 'compact').length,
    ends: ofType('session_ended').length,
  });
}

/** Figures that several routes tell, as the one number that they are; NaN where two routes differ. */
const agreeing = (
  told: Readonly<Record<keyof ToldSession, string | number | readonly number[]>>,
): ToldSession =>
  Object.fromEntries(
    Object.entries(told).map(([name, value]) => [
      name,
      typeof value === 'object' ? (new Set(value).size === 1 ? value[0] : Number.NaN) : value,
    ]),
  ) as unknown as ToldSession;
