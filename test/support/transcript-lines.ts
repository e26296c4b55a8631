/** Lines of transcripts as the client writes them; what a test leaves out is small and unremarkable. */
export type Line = Readonly<Record<string, unknown>>;

export const SESSION = '5cb6b27a-9207-463e-83c6-3b402ee1bda6';
export const OTHER_SESSION = '81d36797-17cb-485a-897a-246af4708d07';
export const PROJECT = '/home/dev/project';
export const MODEL = 'claude-opus-5-5';
export const START_MS = Date.parse('2026-11-20T16:59:27.000Z');

/** Seconds after {@link START_MS}, as a line's timestamp. */
export const at = (seconds: number): string => new Date(START_MS + seconds * 1000).toISOString();

/** A message id of the form that the API makes, told apart by its number. */
export const messageId = (number: number): string =>
  `msg_01Transcript${String(number).padStart(8, '0')}`;

/** A tool use id of the form that the API makes, told apart by its number. */
export const toolUseId = (number: number): string =>
  `toolu_01Transcript${String(number).padStart(6, '0')}`;

export const usage = (outputTokens: number, more: Line = {}): Line => ({
  input_tokens: 10,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 1000,
  output_tokens: outputTokens,
  ...more,
});

const envelope = {
  parentUuid: null,
  isSidechain: false,
  userType: 'external',
  cwd: PROJECT,
  sessionId: SESSION,
  version: '2.1.329',
  gitBranch: 'main',
};

/** What an `assistant` line says besides its envelope. */
export interface AssistantSeed {
  readonly id?: string | null;
  readonly requestId?: string | null;
  readonly model?: string;
  readonly usage?: unknown;
  readonly stop?: string | null;
  readonly content?: unknown;
}

/** One `assistant` line: one content block of a response. */
export const assistant = (seed: AssistantSeed = {}, more: Line = {}): Line => ({
  ...envelope,
  message: {
    ...(seed.id !== null && { id: seed.id ?? messageId(1) }),
    type: 'message',
    role: 'assistant',
    model: seed.model ?? MODEL,
    content: seed.content ?? [{ type: 'text', text: 'An answer.' }],
    stop_reason: seed.stop === undefined ? 'end_turn' : seed.stop,
    stop_sequence: null,
    ...('usage' in seed ? seed.usage !== undefined && { usage: seed.usage } : { usage: usage(5) }),
  },
  ...(seed.requestId !== null && { requestId: seed.requestId ?? 'req_01' }),
  type: 'assistant',
  uuid: `assistant-${seed.id ?? '1'}`,
  timestamp: at(1),
  ...more,
});

/** One `user` line with this content: a prompt, a tool's result, or text that the client put there. */
export const user = (content: unknown, more: Line = {}): Line => ({
  ...envelope,
  promptId: 'prompt-1',
  type: 'user',
  message: { role: 'user', content },
  uuid: 'user-1',
  timestamp: at(0),
  ...more,
});

/** A block in which the model asks for a tool. */
export const toolUse = (id: string, name: string, input: unknown = {}): Line => ({
  type: 'tool_use',
  id,
  name,
  input,
});

/** A block with what a tool answered. */
export const toolResult = (id: string, content: unknown = 'done', isError?: boolean): Line => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...(isError !== undefined && { is_error: isError }),
});

/** Any line, as the text of a file. */
export const jsonl = (...lines: readonly (Line | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

/** A whole small conversation: a prompt, and `requests` answers to it, numbered from `first` on. */
export const conversation = (requests: number, first = 1, more: Line = {}): readonly Line[] => [
  user('Please.', { uuid: `prompt-${first}`, timestamp: at(first), ...more }),
  ...Array.from({ length: requests }, (_, index) =>
    assistant(
      { id: messageId(first + index), usage: usage(first + index) },
      { uuid: `answer-${first + index}`, timestamp: at(first + index), ...more },
    ),
  ),
];
