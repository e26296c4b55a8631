import { nanoFromUsd } from '../../src/records/money.ts';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { RequestFacts, WholeUsage } from '../../src/rollups/log-facts.ts';
import { countOf, projectText, tellingOf, textOf, type Row, type Teller } from './telling.ts';

/** What people and the client itself say to the model, by the type of the entry: type and role of the message. */
const SAID: ReadonlyMap<string, { readonly type: string; readonly role: string }> = new Map([
  ['user_prompt', { type: 'user', role: 'user' }],
  ['slash_command', { type: 'user', role: 'user' }],
  ['injected_prompt', { type: 'user', role: 'user' }],
  ['compaction', { type: 'summary', role: '' }],
]);

/** Whether an entry is a message of a conversation. */
export const isMessage = ({ event_type: type }: MetricEntry): boolean =>
  type === 'api_response' || SAID.has(type);

/** A request, a prompt or a summary as a row of `claude_messages`. */
export const encodeMessage = (
  teller: Teller,
  entry: MetricEntry,
  facts: RequestFacts | undefined,
): Row => ({
  uuid: entry.id,
  session_id: entry.session_id,
  timestamp: entry.timestamp,
  ...(SAID.get(entry.event_type) ?? { type: 'assistant', role: 'assistant' }),
  content_type: facts?.askedForTools === true ? 'tool_use' : 'text',
  content_length: countOf(entry, 'prompt_bytes'),
  is_sidechain: textOf(entry, 'agent_id') !== '',
  cwd: projectText(teller, entry.project_path),
  project_directory: projectText(teller, entry.project_path),
  agent_id: textOf(entry, 'agent_id'),
  prompt_id: textOf(entry, 'prompt_id'),
  ...(entry.event_type === 'api_response' && usage(entry, facts?.wholeUsage ?? null)),
  ...tellingOf(teller, entry),
});

const usage = (entry: MetricEntry, whole: WholeUsage | null): Row => {
  const tokens = whole ?? plainUsage(entry);
  const costUsd = entry.cost?.total ?? 0;
  return {
    model: entry.model ?? '',
    message_id: textOf(entry, 'message_id'),
    request_id: textOf(entry, 'request_id'),
    requester: textOf(entry, 'requester'),
    input_tokens: tokens.inputTokens,
    output_tokens: tokens.outputTokens,
    cache_read_input_tokens: tokens.cacheReadInputTokens,
    cache_creation_input_tokens:
      tokens.cacheCreation5mInputTokens + tokens.cacheCreation1hInputTokens,
    cache_creation_5m_input_tokens: tokens.cacheCreation5mInputTokens,
    cache_creation_1h_input_tokens: tokens.cacheCreation1hInputTokens,
    web_search_requests: tokens.webSearchRequests,
    thinking_tokens: countOf(entry, 'thinking_tokens'),
    cost_estimate: costUsd,
    cost_nano_usd: nanoFromUsd(costUsd),
    cost_basis: textOf(entry, 'cost_basis'),
    is_final: entry.data['final'] !== false,
  };
};

const plainUsage = (entry: MetricEntry): WholeUsage => ({
  inputTokens: entry.tokens?.input_tokens ?? 0,
  outputTokens: entry.tokens?.output_tokens ?? 0,
  cacheReadInputTokens: entry.tokens?.cache_read_input_tokens ?? 0,
  cacheCreation5mInputTokens: entry.tokens?.cache_creation_5m_input_tokens ?? 0,
  cacheCreation1hInputTokens: entry.tokens?.cache_creation_1h_input_tokens ?? 0,
  webSearchRequests: countOf(entry, 'web_search_requests'),
});
