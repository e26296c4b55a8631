import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TranscriptHome } from '../../support/transcript-home.ts';
import {
  assistant,
  jsonl,
  type Line,
  SESSION,
  at,
  toolResult,
  toolUse,
  toolUseId,
  user,
} from '../../support/transcript-lines.ts';
import { decodeText } from '../../support/transcript-records.ts';

/** A text that must be found nowhere, short enough to fit into any field that is cut. */
const CANARY = 'zq7canary';
const file = '/home/dev/project/notes.md';
const call = (number: number, name: string, input: unknown): Line =>
  assistant({
    id: `msg_01Canary0000000000${number}`,
    content: [toolUse(toolUseId(number), name, input)],
  });
const result = (number: number, content: unknown, toolUseResult: unknown, isError = false): Line =>
  user([toolResult(toolUseId(number), content, isError)], { toolUseResult });
const dated = { sessionId: SESSION, timestamp: at(3) };

const lines: readonly Line[] = [
  user(CANARY),
  user(
    [
      { type: 'text', text: `${CANARY}.` },
      { type: 'document', source: { data: CANARY }, title: CANARY },
    ],
    { uuid: 'u2' },
  ),
  user(`<command-name>/review</command-name><command-args>${CANARY}</command-args>`, {
    uuid: 'u3',
  }),
  user(`<local-command-stdout>${CANARY}`, { uuid: 'u4' }),
  user(`[Request interrupted by user] ${CANARY}`, { uuid: 'u5' }),
  user(CANARY, {
    uuid: 'u6',
    isCompactSummary: true,
    planContent: CANARY,
    todos: [{ content: CANARY }],
  }),
  assistant({ content: [{ type: 'thinking', thinking: CANARY, signature: CANARY }] }),
  assistant({ content: [{ type: 'redacted_thinking', data: CANARY }] }),
  assistant({ content: [{ type: 'text', text: CANARY }] }, { wireToolInputs: { a: CANARY } }),
  assistant(
    { model: '<synthetic>', content: [{ type: 'text', text: CANARY }] },
    { isApiErrorMessage: true, errorDetails: CANARY },
  ),
  call(1, 'Write', { file_path: file, content: CANARY }),
  result(1, `${CANARY} written`, {
    type: 'create',
    filePath: file,
    content: `${CANARY}\n`,
    originalFile: CANARY,
  }),
  call(2, 'Edit', { file_path: file, old_string: CANARY, new_string: CANARY }),
  result(2, CANARY, {
    filePath: file,
    oldString: CANARY,
    structuredPatch: [{ lines: [`+${CANARY}`, `-${CANARY}`] }],
  }),
  call(3, 'Bash', {
    command: `API_KEY=${CANARY} curl "${CANARY}" && echo ${CANARY}`,
    description: CANARY,
  }),
  result(3, `Exit code 1\n${CANARY}`, `Error: Exit code 1 ${CANARY}`, true),
  call(4, 'Bash', { command: `cd "/${CANARY}" && ls ${CANARY}` }),
  result(4, [{ type: 'text', text: CANARY }], {
    stdout: CANARY,
    stderr: CANARY,
    interrupted: false,
  }),
  call(5, 'mcp__db__query', {
    query: CANARY,
    path: CANARY,
    nested: { file_path: CANARY, command: CANARY },
  }),
  result(5, CANARY, [{ type: 'text', text: CANARY }], true),
  call(6, 'Grep', { pattern: CANARY, path: `/${CANARY}` }),
  result(6, CANARY, CANARY),
  { type: 'attachment', attachment: { type: 'session_context', email: CANARY }, ...dated },
  { type: 'attachment', attachment: { type: 'prompt_snapshot', system: CANARY }, ...dated },
  { type: 'last-prompt', lastPrompt: CANARY, sessionId: SESSION },
  { type: 'queue-operation', operation: 'enqueue', content: CANARY, ...dated },
  {
    type: 'system',
    subtype: 'compact_boundary',
    content: CANARY,
    compactMetadata: { trigger: 'auto' },
    uuid: 's1',
    ...dated,
  },
  {
    type: 'system',
    subtype: 'api_error',
    error: { type: 'overloaded_error', message: CANARY },
    cause: CANARY,
    uuid: 's2',
    ...dated,
  },
  {
    type: 'system',
    subtype: 'stop_hook_summary',
    hookInfos: [{ command: CANARY }],
    uuid: 's3',
    ...dated,
  },
  {
    type: 'cost-state',
    modelUsage: { 'claude-opus-5-5': { costUSD: 1, note: CANARY } },
    note: CANARY,
    sessionId: SESSION,
  },
  { type: 'brand-new-type', text: CANARY, ...dated },
];
const broken = [`{"type":"user","message":{"content":"${CANARY}`, `["${CANARY}"]`, CANARY];

describe('text of a conversation', () => {
  let home: TranscriptHome;
  beforeEach(() => {
    home = new TranscriptHome();
  });
  afterEach(() => home[Symbol.dispose]());

  it('is in none of the records', () => {
    const { records, rejects, entries } = decodeText(jsonl(...lines, ...broken));
    expect(records.length).toBeGreaterThan(15);
    expect(rejects).toHaveLength(broken.length);
    expect(JSON.stringify([records, rejects, entries])).not.toContain(CANARY);
  });

  it('is in none of the records when results stand before their calls', () => {
    const { records } = decodeText(jsonl(...lines.toReversed()));
    expect(JSON.stringify(records)).not.toContain(CANARY);
  });

  it('is nowhere in the files of the store', async () => {
    home.write(`${SESSION}.jsonl`, ...lines, ...broken);
    home.write('agent-a1.jsonl', ...lines.map((line) => ({ ...line, isSidechain: true })));
    home.writeText(
      'agent-a1.meta.json',
      JSON.stringify({ agentType: 'general-purpose', description: CANARY, prompt: CANARY }),
    );
    using store = await home.open();
    await store.import();
    const whileOpen = bytesBelow(home.home);
    expect(whileOpen.length).toBeGreaterThan(20_000);
    expect(whileOpen.includes(file)).toBe(true);
    expect(whileOpen.includes(CANARY)).toBe(false);
    expect(store.rows('SELECT agent_type FROM subagent')).toEqual([
      { agent_type: 'general-purpose' },
    ]);
  });
});

/** Everything that lies in a folder: the store, its log and what else there is. */
function bytesBelow(folder: string): Buffer {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  );
  return Buffer.concat(files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name))));
}
