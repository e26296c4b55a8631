import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** A response as a test wants it appended to a transcript. */
export interface LiveResponse {
  readonly messageId: string;
  readonly session: string;
  readonly atMs: number;
  readonly cwd?: string;
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

const PROJECT = '/home/dev/live';

/** A message id that is taken for one of the API's own. */
export const liveMessageId = (number: number): string =>
  `msg_01live${String(number).padStart(18, '0')}`;

/** One line, newline included. */
export const liveLine = ({
  messageId,
  session,
  atMs,
  cwd = PROJECT,
  model = 'claude-opus-5-5',
  inputTokens = 3,
  outputTokens = 5,
}: LiveResponse): string => {
  const usage = {
    input_tokens: inputTokens,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 1000,
    output_tokens: outputTokens,
  };
  const content = [{ type: 'text', text: 'Done: the tests pass now. '.repeat(12) }];
  const message = {
    id: messageId,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage,
  };
  const line = {
    parentUuid: null,
    isSidechain: false,
    message,
    requestId: `req_${messageId.slice(4)}`,
    type: 'assistant',
    uuid: messageId,
    timestamp: new Date(atMs).toISOString(),
    userType: 'external',
    cwd,
    sessionId: session,
    version: '2.1.329',
    gitBranch: 'main',
  };
  return `${JSON.stringify(line)}\n`;
};

/** Session ids that tests number. */
export const liveSession = (number: number): string =>
  `0e2e0000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** The transcript of a session below a folder of Claude Code, its folders made. */
export function liveFile(claudeDir: string, session: string): string {
  const folder = path.join(claudeDir, 'projects', '-home-dev-live');
  mkdirSync(folder, { recursive: true });
  return path.join(folder, `${session}.jsonl`);
}

/** Appends a response to its session's transcript. */
export const appendResponse = (claudeDir: string, response: LiveResponse): void =>
  appendFileSync(liveFile(claudeDir, response.session), liveLine(response));
