import type { OccurrenceRecord } from '../../src/records/occurrence.ts';
import type { LineContext } from './line-context.ts';
import type { LineFacts } from './read-line.ts';

/**
 * Something that was queued while the agent worked and given to it before its turn ended: a person's next prompt, or news of
 * the client's own. It has no line of its own kind and belongs to the turn it came into. Seen in 2.1.329.
 */
export const decodeQueued = (
  { commandMode }: LineFacts,
  at: LineContext,
  promptId: string | null,
  lineId: string,
): OccurrenceRecord => ({
  kind: 'occurrence',
  key: `prompt:${lineId}`,
  type: commandMode === 'prompt' ? 'user_prompt' : 'injected_prompt',
  category: 'user',
  sessionId: at.sessionId,
  project: at.project,
  agentId: at.agentId,
  atMs: at.atMs,
  data: JSON.stringify({ prompt_id: promptId, prompt_source: 'queued' }),
  line: at.line,
  offsetBytes: at.offsetBytes,
});
