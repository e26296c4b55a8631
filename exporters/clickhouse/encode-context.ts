import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { RequestFacts } from '../../src/rollups/log-facts.ts';
import { countOf, projectText, tellingOf, textOf, type Row, type Teller } from './telling.ts';

/** Whether an entry says how full the context of a session's main conversation was. */
export const hasContext = (entry: MetricEntry): boolean =>
  entry.event_type === 'api_response' && textOf(entry, 'requester') === 'main';

/** A request as a row of `claude_context_analysis`: what it sent to the model, and what the session had done before. */
export const encodeContext = (
  teller: Teller,
  entry: MetricEntry,
  facts: RequestFacts | undefined,
): Row => {
  const contextTokens = countOf(entry, 'context_tokens');
  const fileCalls = facts?.earlierFileCalls ?? 0;
  const files = facts?.earlierFiles ?? 0;
  return {
    uuid: entry.id,
    session_id: entry.session_id,
    timestamp: entry.timestamp,
    estimated_tokens: contextTokens,
    file_count: fileCalls,
    tool_call_count: facts?.earlierCalls ?? 0,
    unique_files_accessed: files,
    context_efficiency_score: share(entry.tokens?.cache_read_input_tokens ?? 0, contextTokens),
    redundancy_percentage: share(100 * (fileCalls - files), fileCalls),
    project_directory: projectText(teller, entry.project_path),
    model: entry.model ?? '',
    ...tellingOf(teller, entry),
  };
};

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
