import { MAIN_MARK, says, type AnswerTurn, type Scenario, type Turn } from './scenario.ts';

/** A request to the API, as far as an answer depends on it. */
export interface MessagesRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly tools?: readonly { readonly name: string }[];
  readonly metadata?: { readonly user_id?: string };
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

/** The session that a request belongs to. */
export const sessionOf = ({ metadata }: MessagesRequest): string => {
  const { session_id: id } = JSON.parse(metadata?.user_id ?? '{}') as { session_id?: string };
  return id ?? '';
};

/** Usage as the API tells it; an answer has more of it where its turn says so. */
export type WireUsage = Readonly<Record<string, unknown>>;

/** Whether the client wants no more than a name for its conversation. */
export const isTitleRequest = ({ tools = [] }: MessagesRequest): boolean => tools.length === 0;

/** Whether the client wants the conversation so far in short, to go on with that in its place. */
const isSummaryRequest = ({ messages }: MessagesRequest): boolean =>
  JSON.stringify(messages.at(-1) ?? '').includes('CRITICAL: Respond with TEXT ONLY');

/** The turn that a request gets: the next one of the conversation that it belongs to. */
export function nextTurn(scenario: Scenario, request: MessagesRequest): Turn {
  if (isTitleRequest(request)) return TITLE;
  if (isSummaryRequest(request)) return SUMMARY;
  const asked = JSON.stringify(request.messages[0] ?? '');
  const mark = asked.includes(MAIN_MARK)
    ? undefined
    : Object.keys(scenario.agents).find((each) => asked.includes(each));
  const script = mark === undefined ? scenario.main : (scenario.agents[mark] ?? []);
  const taken = request.messages.filter(({ role }) => role === 'assistant').length;
  const turn = script[Math.min(taken, script.length - 1)];
  if (turn === undefined) throw new Error('The scenario has no turn for this.');
  return turn;
}

/** Usage of the nth answer; every number is another one, so that a mixed-up one shows. */
export const usageOf = ({ usage = {} }: AnswerTurn, nth: number): WireUsage => ({
  input_tokens: 10 + nth,
  output_tokens: 100 + nth,
  cache_read_input_tokens: 20_000 + nth,
  cache_creation_input_tokens: 1000 + nth,
  cache_creation: { ephemeral_5m_input_tokens: 400 + nth, ephemeral_1h_input_tokens: 600 },
  service_tier: 'standard',
  ...usage,
});

const SUMMARY = says(
  `<analysis>There was little to do.</analysis>\n<summary>\n${'What was asked for was done. '.repeat(12)}\n</summary>`,
);

const TITLE: AnswerTurn = {
  ...says('A short title'),
  usage: {
    input_tokens: 7,
    output_tokens: 3,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  },
};
