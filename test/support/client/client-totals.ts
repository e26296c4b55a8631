import type { ClientEnd } from './run-client.ts';
import type { StandInApi } from './stand-in-api.ts';
import type { TelemetryEvent } from './telemetry.ts';

/** What a client did in one session, by its own word. */
export interface ClientTotals {
  /** Requests that the API answered; those for a title are not among them. */
  readonly requests: number;
  readonly costUsd: number;
  /** What people asked; commands such as `/compact` are not among it. */
  readonly prompts: number;
  /** Calls that the model asked for, also of tools that there are not. */
  readonly askedCalls: number;
  /** Those that the client decided on, whether they ran or not. */
  readonly toolCalls: number;
  /** Calls that ran and failed. */
  readonly failedCalls: number;
  /** Calls that were not allowed to run. */
  readonly deniedCalls: number;
  readonly subagents: number;
}

/** What a client did, by session, from what it sent as telemetry. */
export function totalsBySession(api: StandInApi): ReadonlyMap<string, ClientTotals> {
  const bySession = Map.groupBy(api.events(), ({ sessionId }) => sessionId);
  return new Map(
    [...bySession].map(([session, events]) => [
      session,
      { ...totalsOf(events), askedCalls: callsIn(api, session) },
    ]),
  );
}

const callsIn = ({ answers }: StandInApi, session: string): number =>
  answers
    .filter(({ sessionId }) => sessionId === session)
    .flatMap(({ blocks }) => blocks.filter(({ type }) => type === 'tool_use')).length;

/** What the last result of a run says it cost all in all, with what its session took over. */
export const saidCostUsd = (end: ClientEnd | undefined): number =>
  end?.results.at(-1)?.total_cost_usd ?? 0;

/** What a client's hooks said or did wrong, as far as it could be seen by anybody; nothing for hooks that stay out of the way. */
export const hookDisturbances = (api: StandInApi): readonly TelemetryEvent[] =>
  api
    .events()
    .filter(
      ({ name, attributes }) =>
        name === 'hook_execution_complete' &&
        DISTURBANCES.some((each) => Number(attributes[each] ?? 0) !== 0),
    );

/** How many firings of hooks a client told the end of. */
export const hookFirings = (api: StandInApi): number =>
  api.events().filter(({ name }) => name === 'hook_execution_complete').length;

const DISTURBANCES = [
  'stdout_chars',
  'additional_context_chars',
  'system_message_chars',
  'initial_user_message_chars',
  'num_outputs_persisted',
  'num_blocking',
  'num_non_blocking_error',
  'num_cancelled',
];

function totalsOf(events: readonly TelemetryEvent[]): Omit<ClientTotals, 'askedCalls'> {
  const named = (name: string): readonly TelemetryEvent[] =>
    events.filter((event) => event.name === name);
  const calls = (accepts: (event: TelemetryEvent) => boolean): number =>
    new Set(
      [...named('tool_decision'), ...named('tool_result')]
        .filter(accepts)
        .map(({ attributes }) => attributes['tool_use_id']),
    ).size;
  return {
    requests: named('api_request').length,
    costUsd: named('api_request').reduce(
      (sum, { attributes }) => sum + Number(attributes['cost_usd']),
      0,
    ),
    prompts: named('user_prompt').filter(({ attributes }) => !('command_name' in attributes))
      .length,
    toolCalls: calls(() => true),
    failedCalls: calls(({ attributes }) => attributes['success'] === 'false'),
    deniedCalls: calls(({ attributes }) => attributes['decision'] === 'reject'),
    subagents: named('subagent_completed').length,
  };
}
