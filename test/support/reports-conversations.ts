/** Conversations in which everything happens that report files tell of; their figures stand in the golden files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  assistant,
  jsonl,
  type Line,
  toolResult,
  toolUse,
  usage,
  user,
} from './transcript-lines.ts';

/** Where a session works, and which one it is. */
interface Speaker {
  readonly sessionId: string;
  readonly cwd: string;
  readonly startMs: number;
  readonly model: string;
}

/** A tool call and how it ended. */
interface Call {
  readonly tool: string;
  readonly input: Line;
  /** What a failed one said; absent where it went well. */
  readonly failure?: string;
}

export const SHOP = '/home/dev/shop';
export const API = '/home/dev/api';
/** 2026-11-19T22:50:00Z: before midnight in UTC, after it in Berlin. */
export const FIRST_MS = Date.parse('2026-11-19T22:50:00Z');

const SPEAKERS: Readonly<Record<'first' | 'second' | 'third', Speaker>> = {
  first: {
    sessionId: '5fb3233b-0000-4000-8000-000000000001',
    cwd: SHOP,
    startMs: FIRST_MS,
    model: 'claude-opus-5-5',
  },
  second: {
    sessionId: '5fb3233b-0000-4000-8000-000000000002',
    cwd: SHOP,
    startMs: FIRST_MS + 12 * 3_600_000,
    model: 'claude-haiku-5-5',
  },
  third: {
    sessionId: 'ec08d051-0000-4000-8000-000000000003',
    cwd: API,
    startMs: FIRST_MS + 14 * 3_600_000,
    model: 'claude-sonnet-5-5',
  },
};

const bash = (command: string, failure?: string): Call => ({
  tool: 'Bash',
  input: { command },
  ...(failure !== undefined && { failure }),
});
const edit = (file: string, failure?: string): Call => ({
  tool: 'Edit',
  input: { file_path: file },
  ...(failure !== undefined && { failure }),
});

const CALLS: Readonly<Record<keyof typeof SPEAKERS, readonly Call[]>> = {
  first: [
    bash('cd /home/dev/shop && git push', 'Exit code 128\nfatal: no upstream'),
    bash('git push -u origin main'),
    bash('CI=1 npm test', 'Exit code 1\nsecret words of a test'),
    bash('npm test', 'Exit code 1'),
    bash('sudo npm test'),
    edit(`${SHOP}/a.ts`, 'File has not been read yet'),
    { tool: 'Read', input: { file_path: `${SHOP}/a.ts` } },
    edit(`${SHOP}/a.ts`),
  ],
  second: [
    { tool: 'Write', input: { file_path: `${SHOP}/b.ts` }, failure: 'EACCES: permission denied' },
    bash('"$TOOL" now'),
    { tool: 'WebFetch', input: { url: 'https://example.org/' }, failure: 'Request timed out' },
    { tool: 'WebFetch', input: { url: 'https://example.org/' } },
  ],
  third: [
    bash('rm -rf build', "The user doesn't want to proceed with this tool use."),
    bash('rm -r build'),
    { tool: 'mcp__tracker__list', input: {} },
  ],
};

/** Each call is asked for by a response of its own; messages are a minute apart, with one pause of 20 minutes. */
function conversationOf(name: keyof typeof SPEAKERS): readonly Line[] {
  const { sessionId, cwd, startMs, model } = SPEAKERS[name];
  let minute = 0;
  let count = 0;
  const envelope = (): Line => ({
    sessionId,
    cwd,
    uuid: `${sessionId}-${(count += 1)}`,
    timestamp: new Date(startMs + minute * 60_000).toISOString(),
  });
  const lines: Line[] = [user('Please.', { promptId: `${sessionId}-p`, ...envelope() })];
  CALLS[name].forEach(({ tool, input, failure }, index) => {
    const number = `${sessionId.slice(-1)}${String(index).padStart(2, '0')}`;
    const id = `toolu_01ReportFixture00${number}`;
    minute += index === 5 ? 20 : 1;
    lines.push(
      assistant(
        {
          id: `msg_01ReportFixture00${number}`,
          requestId: `req_${number}`,
          model,
          usage: usage(20_000 + 100 * index, { cache_read_input_tokens: 300_000 }),
          stop: 'tool_use',
          content: [toolUse(id, tool, input)],
        },
        envelope(),
      ),
    );
    minute += 1;
    lines.push(user([toolResult(id, failure ?? 'done', failure !== undefined)], envelope()));
  });
  if (name === 'third') {
    lines.push(
      assistant(
        { id: null, requestId: null, model: '<synthetic>', usage: undefined },
        { ...envelope(), isApiErrorMessage: true, error: 'rate_limit', apiErrorStatus: 429 },
      ),
    );
  }
  return lines;
}

/** Writes three sessions of two projects below a folder of transcripts. */
export function writeReportConversations(projects: string): void {
  for (const name of ['first', 'second', 'third'] as const) {
    const { cwd, sessionId } = SPEAKERS[name];
    const folder = path.join(projects, cwd.replaceAll('/', '-'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${sessionId}.jsonl`), jsonl(...conversationOf(name)));
  }
}
