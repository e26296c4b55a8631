import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeHook } from '../../../receivers/hooks/decode.ts';
import type { OccurrenceRecord } from '../../../src/records/occurrence.ts';
import type { Batch, MonitorRecord } from '../../../src/records/record.ts';
import type { ToolCallRecord } from '../../../src/records/tool-call.ts';
import { HookStore } from '../../support/hook-store.ts';
import { HOOK_SESSION, type Told, told } from '../../support/spool-home.ts';

const AT_MS = Date.UTC(2026, 10, 20, 9);
const FOO = '/home/dev/project/dev/active/foo';
const URL = 'https://example.org/a/b/pull/12';
const KEY = `pr:${HOOK_SESSION}:${URL}`;
const ID = 'toolu_01776f726bmwp84ynt00011A';

const decode = (event: string, more: Told): readonly MonitorRecord[] => {
  const bytes = Buffer.from(JSON.stringify(told(event, { tool_use_id: ID, ...more })));
  const decoded = decodeHook({ bytes, atMs: AT_MS, scope: 'user' });
  if (typeof decoded === 'string') throw new Error(decoded);
  return decoded.records;
};
const planOf = (event: string, more: Told): string | null | undefined =>
  decode(event, more).find((record): record is ToolCallRecord => record.kind === 'tool_call')
    ?.planPath;

describe('the plan of a tool call that a hook tells of', () => {
  it.each([
    ['Edit', { file_path: `${FOO}/manifest.jsonl` }],
    ['NotebookEdit', { notebook_path: `${FOO}/a.ipynb` }],
    ['mcp__files__write', { path: 'dev/active/foo/plan.md' }],
    ['Bash', { command: 'git mv dev/active/foo dev/complete/foo' }],
    ['Bash', { command: `echo '${'x'.repeat(5000)}' > dev/active/foo/plan.md` }],
  ])('of %s is where its file lies, or what its command names', (tool_name, tool_input) => {
    for (const event of ['PreToolUse', 'PostToolUse', 'PostToolUseFailure', 'PermissionDenied'])
      expect(planOf(event, { tool_name, tool_input })).toBe(FOO);
  });

  it('is the one that a command runs in', () => {
    const call = { tool_name: 'Bash', tool_input: { command: 'cat manifest.jsonl' } };
    expect(planOf('PreToolUse', { ...call, cwd: FOO })).toBe(FOO);
    expect(planOf('PreToolUse', call)).toBeNull();
  });

  it.each([
    ['Edit', { file_path: '/home/dev/project/src/index.ts' }],
    ['Grep', { path: FOO }],
    ['mcp__files__write', { path: [FOO] }],
    ['Bash', { command: { length: 9 } }],
    ['Bash', { command: 'cat dev/active/*/manifest.jsonl' }],
    ['Bash', null],
  ])('of %s is none where it touches none: %j', (tool_name, tool_input) => {
    expect(planOf('PreToolUse', { tool_name, tool_input })).toBeNull();
  });
});

const MANIFEST = `${FOO}/manifest.jsonl`;
const feature = (id: unknown, status: unknown): string => JSON.stringify({ id, status });
const done = feature('F001', 'completed');
const edited = { filePath: MANIFEST, structuredPatch: [{ lines: [`+${done}`] }] };
const DONE = [['F001', 'completed']];
const editOf = (tool_name: unknown, tool_response: unknown, more: Told = {}): unknown => {
  const tool_input = { file_path: MANIFEST };
  const [call] = decode('PostToolUse', { tool_name, tool_input, tool_response, ...more });
  const { planEdit } = call as ToolCallRecord;
  return planEdit === null ? null : JSON.parse(planEdit);
};

describe('what a tool call wrote to a manifest', () => {
  it.each(['Edit', 'Write', 'MultiEdit'])('with %s is what its patch adds', (tool) => {
    const lines = [` ${feature('F000', 'pending')}`, `-${feature('F001', 'pending')}`, `+${done}`];
    const more = [`+${feature('F003', 'In-Progress')}`, '+', '+{', `+ ${feature(4, 'failed')}`, 7];
    const structuredPatch = [{ lines }, { lines: more }, 7, {}];
    const expected = [...DONE, ['F003', 'in_progress'], ['4', 'failed']];
    expect(editOf(tool, { type: 'update', filePath: MANIFEST, structuredPatch })).toEqual(expected);
    expect(editOf(tool, { structuredPatch })).toEqual(expected);
  });

  it('is the whole file where that is new', () => {
    const content = `${done}\nnone\r\n${feature('größe', 'pending')}\r\n`;
    const response = { type: 'create', filePath: MANIFEST, content, structuredPatch: [] };
    expect(editOf('Write', response)).toEqual([...DONE, ['größe', 'pending']]);
    expect(editOf('Write', { ...response, type: 'update' })).toBeNull();
  });

  it.each([
    ['a tool that writes no file', 'Read', edited],
    ['a tool of a server', 'mcp__files__write', edited],
    ['another file of the plan', 'Edit', { ...edited, filePath: `${FOO}/plan.md` }],
    ['a manifest of nothing', 'Edit', { ...edited, filePath: '/home/dev/manifest.jsonl' }],
    ['a call that was interrupted', 'Edit', { ...edited, interrupted: true }],
    ['no patch', 'Edit', { filePath: MANIFEST }],
    ['a patch that is none', 'Edit', { filePath: MANIFEST, structuredPatch: `+${done}` }],
    ['an answer that is a text', 'Edit', done],
    ['no answer', 'Edit', null],
  ])('is nothing with %s', (_, tool, response) => {
    expect(editOf(tool, response)).toBeNull();
  });

  it('is nothing before it is done, or when it failed', () => {
    const more = { tool_name: 'Edit', tool_input: { file_path: MANIFEST }, tool_response: edited };
    for (const event of ['PreToolUse', 'PostToolUseFailure', 'PermissionDenied'])
      expect(decode(event, more)[0]).toMatchObject({ planPath: FOO, planEdit: null });
  });
});

const pullsOf = (tool_input: unknown, tool_response: unknown): readonly OccurrenceRecord[] =>
  decode('PostToolUse', { tool_name: 'Bash', tool_input, tool_response }).filter(
    (record): record is OccurrenceRecord => record.kind === 'occurrence',
  );
const create = { command: 'git push && gh pr create --title "feat: foo" --fill' };
const noted = (pr: unknown): unknown => ({
  stdout: '',
  gitOperation: { push: { branch: 'plan/foo' }, pr },
});

describe('a pull request that a command made', () => {
  it('is told by the client’s own note', () => {
    const [pull, ...others] = pullsOf(create, noted({ number: 12, url: URL, action: 'created' }));
    expect(others).toEqual([]);
    expect(pull).toMatchObject({
      key: KEY,
      type: 'pr_created',
      category: 'custom',
      sessionId: HOOK_SESSION,
      project: '/home/dev/project',
      atMs: AT_MS,
    });
    expect(pull).not.toHaveProperty('telling');
    expect(JSON.parse(pull!.data)).toEqual({
      pr_url: URL,
      pr_number: 12,
      pr_repository: 'a/b',
      git_branch: 'plan/foo',
    });
  });

  it.each([
    `Creating pull request for plan/foo into main in a/b\n\n${URL}\n`,
    `https://example.org/a/b/pull/new/plan/foo\n${URL}\n`,
    `https://me:secret@example.org/a/b/pull/12`,
  ])('is told by what the command printed: %j', (stdout) => {
    const [pull] = pullsOf(create, { stdout });
    expect(pull).toMatchObject({ key: KEY });
    expect(JSON.parse(pull!.data)).toEqual({ pr_url: URL, pr_number: 12, pr_repository: 'a/b' });
  });

  it.each([
    ['a command that makes none', { command: 'gh pr view 12' }, { stdout: URL }],
    ['a command that looks for one', { command: 'grep -rn "gh pr create" docs/' }, { stdout: URL }],
    ['a command that speaks of one', { command: 'echo gh pr create' }, { stdout: URL }],
    ['a command that is no text', { command: ['gh pr create'] }, { stdout: URL }],
    ['a tool without a command', { file_path: '/a' }, noted({ url: URL })],
    [
      'a command that merged one',
      { command: 'gh pr merge' },
      noted({ url: URL, action: 'merged' }),
    ],
    ['a command that printed none', create, { stdout: 'a/b/pull/12' }],
    ['a command that printed one late', create, { stdout: `${'x'.repeat(65_536)} ${URL}` }],
    ['an answer that is a text', create, URL],
    ['no answer', create, null],
    ['a note that is none', create, noted([URL])],
    ['an address that is none', create, noted({ url: 'file:///a/b/pull/12' })],
  ])('is none with %s', (_, input, response) => {
    expect(pullsOf(input, response)).toEqual([]);
  });
});

describe('a pull request that hook and transcript tell of', () => {
  let store: HookStore;
  beforeEach(async () => {
    store = await HookStore.open();
  });
  afterEach(() => store[Symbol.asyncDispose]());

  const hook = async (): Promise<void> => {
    store.spool.put(
      told('PostToolUse', {
        tool_name: 'Bash',
        tool_input: create,
        tool_response: { stdout: URL },
        tool_use_id: ID,
      }),
      { atMs: AT_MS },
    );
    await store.drain();
  };
  const data = { pr_url: URL, pr_number: 12, pr_repository: 'a/b', git_branch: 'plan/foo' };
  const transcript = async (): Promise<void> => {
    const record: OccurrenceRecord = {
      kind: 'occurrence',
      key: KEY,
      type: 'pr_created',
      category: 'custom',
      sessionId: HOOK_SESSION,
      project: '/home/dev/project',
      agentId: null,
      atMs: AT_MS - 5,
      data: JSON.stringify(data),
      line: 3,
      offsetBytes: 700,
    };
    const batch: Batch = {
      source: 'transcript',
      origin: { path: '/claude/a.jsonl', firstAtMs: AT_MS - 9000, writtenAtMs: AT_MS },
      records: [record],
      rejects: [],
      entries: new Map(),
      newestAtMs: null,
    };
    await store.collector.sink([batch]);
  };
  const known = () =>
    store
      .rows("SELECT key, at_ms, data FROM occurrence WHERE type = 'pr_created'")
      .map((row) => ({ ...row, data: JSON.parse(String(row['data'])) as unknown }));

  it.each([
    ['the hook', hook, transcript],
    ['the transcript', transcript, hook],
  ])('is one, with its branch, when %s comes first', async (_, first, second) => {
    await first();
    await second();
    await hook();
    expect(known()).toEqual([{ key: KEY, at_ms: AT_MS - 5, data }]);
  });
});
