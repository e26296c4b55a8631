import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFolderOfCommand } from '../../../src/records/plan-path.ts';
import {
  assistant,
  jsonl,
  type Line,
  PROJECT,
  toolResult,
  toolUse,
  toolUseId,
  user,
} from '../../support/transcript-lines.ts';
import { decodeText, decodeToolCall } from '../../support/transcript-records.ts';

const FOO = `${PROJECT}/dev/active/foo`;
const ID = toolUseId(1);
const call = (name: string, input: unknown, more: Line = {}): Line =>
  assistant({ content: [toolUse(ID, name, input)] }, more);
const planOf = (name: string, input: unknown, more: Line = {}): string | null =>
  decodeToolCall(call(name, input, more)).planPath;

describe('the plan of a tool call', () => {
  it.each([
    ['Edit', { file_path: `${FOO}/manifest.jsonl` }],
    ['Write', { content: 'x', file_path: `${FOO}/prompts/01-größe.md` }],
    ['NotebookEdit', { notebook_path: `${FOO}/a.ipynb` }],
    ['mcp__files__write', { path: `${FOO}/plan.md` }],
    ['mcp__files__write', { path: 'dev/active/foo/plan.md' }],
    ['Bash', { command: 'git mv dev/active/foo dev/complete/foo' }],
    ['Bash', { command: `jq -c '.status = "completed"' "dev/active/foo/manifest.jsonl"` }],
    ['Bash', { command: `echo '${'x'.repeat(5000)}' > dev/active/foo/plan.md` }],
    ['Bash', { command: `echo "${'é\n'.repeat(2000)}" > dev/active/foo/plan.md` }],
  ])('of %s is where its file lies, or what its command names', (name, input) => {
    expect(planOf(name, input)).toBe(FOO);
  });

  it('is the one that a command runs in', () => {
    expect(planOf('Bash', { command: 'cat manifest.jsonl' }, { cwd: FOO })).toBe(FOO);
  });

  it.each([
    ['Edit', { file_path: '/home/dev/project/src/index.ts' }],
    ['Grep', { pattern: 'a', path: `${FOO}/plan.md` }],
    ['mcp__files__write', { path: 7 }],
    ['mcp__files__write', { path: ['dev/active/foo/plan.md'] }],
    ['Bash', { command: 'ls -la' }],
    ['Bash', { command: 'cat dev/active/*/manifest.jsonl' }],
    ['Bash', { command: ['dev/active/foo/plan.md'] }],
    ['Bash', { command: 'ls', description: 'dev/active/foo/plan.md' }],
    ['Bash', { command: `echo ${'x'.repeat(20_000)} dev/active/foo/plan.md` }],
    ['Bash', { command: `echo ${'x'.repeat(16_360)} dev/active/foo-bar/plan.md` }],
  ])('of %s is none where it touches none: %j', (name, input) => {
    expect(planOf(name, input)).toBeNull();
  });

  it('is not taken over from the call before', () => {
    const { toolCalls } = decodeText(
      jsonl(
        assistant({
          content: [
            toolUse(toolUseId(1), 'Bash', { command: 'cat dev/active/foo/plan.md' }),
            toolUse(toolUseId(2), 'Bash', {}),
            toolUse(toolUseId(3), 'mcp__files__write', { path: `${FOO}/plan.md` }),
            toolUse(toolUseId(4), 'mcp__files__write', {}),
          ],
        }),
      ),
    );
    expect(toolCalls.map(({ planPath }) => planPath)).toEqual([FOO, null, FOO, null]);
  });

  it('stays when the result comes, and is not known from the result alone', () => {
    const lines = [
      call('Edit', { file_path: `${FOO}/manifest.jsonl` }),
      user([toolResult(ID, 'done')]),
    ];
    expect(decodeToolCall(...lines).planPath).toBe(FOO);
    expect(decodeToolCall(...lines.toReversed()).planPath).toBe(FOO);
    expect(decodeToolCall(lines[1]!).planPath).toBeNull();
  });

  it('brings no other word of a command with it', () => {
    const line = call('Bash', { command: 'SECRET=hunter2 cat dev/active/foo/plan.md' });
    expect(JSON.stringify(decodeToolCall(line))).not.toContain('hunter2');
  });

  it('is that of the whole command, however it is written down', () => {
    const part = fc.constantFrom(
      'dev/active/foo',
      'dev/complete/ä b',
      '/plan.md',
      'manifest.jsonl',
      'cd /srv/a && ',
      'x'.repeat(1020),
      'é'.repeat(300),
      '😀',
      '"',
      "'",
      '\\',
      '*',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.boolean(), (parts, isAscii) => {
        const command = parts.join('');
        const line = JSON.stringify(call('Bash', { command }));
        const text = isAscii
          ? line.replace(
              /[\u0080-\uffff]/g,
              (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
            )
          : line;
        const [found] = decodeText(`${text}\n`).toolCalls;
        expect(found!.planPath).toBe(planFolderOfCommand(command, PROJECT));
      }),
      { numRuns: 2000 },
    );
  });
});

const MANIFEST = `${FOO}/manifest.jsonl`;
const feature = (id: unknown, status: unknown): string => JSON.stringify({ id, status });
const hunk = (...lines: readonly unknown[]): Line => ({ oldStart: 1, newStart: 1, lines });
const noted = (toolUseResult: unknown, isError = false): Line =>
  user([toolResult(ID, 'done', isError)], { toolUseResult });
const editOf = (...lines: readonly Line[]): unknown => {
  const { planEdit } = decodeToolCall(...lines);
  return planEdit === null ? null : JSON.parse(planEdit);
};
const done = feature('F001', 'completed');
const edited = { filePath: MANIFEST, structuredPatch: [hunk(`+${done}`)] };
const DONE = [['F001', 'completed']];

describe('what a tool call wrote to a manifest', () => {
  it('is what stands in the lines that its patch adds', () => {
    const patch = [
      hunk(` ${feature('F000', 'pending')}`, `-${feature('F001', 'pending')}`, `+${done}`),
      hunk(`+${feature('F003', 'In-Progress')}`, '+', '+{', `+ ${feature(4, 'failed')}`, 7, ''),
    ];
    const result = { filePath: MANIFEST, oldString: 'a', structuredPatch: patch };
    expect(editOf(noted(result))).toEqual([...DONE, ['F003', 'in_progress'], ['4', 'failed']]);
  });

  it('is the whole file where that is new', () => {
    const content = `${feature('F001', 'completed')}\nnone\r\n${feature('größe', 'pending')}\r\n`;
    const result = { type: 'create', filePath: MANIFEST, content, structuredPatch: [] };
    expect(editOf(noted(result))).toEqual([...DONE, ['größe', 'pending']]);
    expect(editOf(noted({ ...result, type: 'update' }))).toBeNull();
  });

  it('is told with the call or without it, wherever the file is named', () => {
    const { filePath, structuredPatch } = edited;
    const edit = call('Edit', { file_path: MANIFEST });
    expect(editOf(edit, noted(edited))).toEqual(DONE);
    expect(editOf(noted(edited), edit)).toEqual(DONE);
    expect(editOf(noted(edited))).toEqual(DONE);
    expect(editOf(noted({ structuredPatch, filePath }))).toEqual(DONE);
    expect(editOf(edit, noted({ structuredPatch }))).toEqual(DONE);
    expect(editOf(noted({ structuredPatch }))).toBeNull();
    expect(editOf(noted({ ...edited, filePath: 'dev/active/foo/manifest.jsonl' }))).toEqual(DONE);
  });

  it.each([
    ['a call that failed', noted(edited, true)],
    ['a call that was interrupted', noted({ ...edited, interrupted: true })],
    ['two results on one line', user([toolResult(ID), toolResult(ID)], { toolUseResult: edited })],
    ['another file of the plan', noted({ ...edited, filePath: `${FOO}/plan.md` })],
    ['a manifest of nothing', noted({ ...edited, filePath: `${PROJECT}/manifest.jsonl` })],
    ['a file that is no text', noted({ ...edited, filePath: [MANIFEST] })],
    ['no patch', noted({ filePath: MANIFEST })],
    ['a patch that is none', noted({ filePath: MANIFEST, structuredPatch: { lines: [done] } })],
    ['no lines', noted({ filePath: MANIFEST, structuredPatch: [7, {}, { lines: `+${done}` }] })],
    ['a text', noted(done)],
  ])('is nothing with %s', (_, result) => {
    expect(editOf(result)).toBeNull();
  });

  it('is nothing where a tool wrote no file, or another than its result names', () => {
    expect(editOf(call('Read', { file_path: MANIFEST }), noted(edited))).toBeNull();
    const other = noted({ ...edited, filePath: `${PROJECT}/a.ts` });
    expect(editOf(call('Edit', { file_path: MANIFEST }), other)).toBeNull();
  });

  it('is not taken over from the line before', () => {
    const { toolCalls } = decodeText(
      jsonl(
        noted(edited),
        user([toolResult(toolUseId(2))], { toolUseResult: { structuredPatch: [] } }),
        user([toolResult(toolUseId(3))], { toolUseResult: { filePath: MANIFEST } }),
      ),
    );
    expect(toolCalls.map(({ planEdit }) => planEdit)).toEqual([JSON.stringify(DONE), null, null]);
  });

  it('leaves the line after it as it was', () => {
    const { toolCalls, rejects, lines } = decodeText(
      jsonl(noted(edited), call('Edit', { file_path: MANIFEST }), 'none'),
    );
    expect(toolCalls).toMatchObject([{ tool: 'Edit', planPath: FOO, line: 2 }]);
    expect(rejects).toMatchObject([{ reason: 'invalid_json', line: 3 }]);
    expect(lines).toBe(3);
  });

  it(
    'is looked for in lines of a length and number that a manifest may have',
    { timeout: 20_000 },
    () => {
      const long = `+${JSON.stringify({ id: 'F1', status: 'failed', description: 'é"'.repeat(22_000) })}`;
      const fits = `+${JSON.stringify({ id: 'F2', status: 'failed', description: 'é"'.repeat(16_000) })}`;
      const patch = (...lines: readonly string[]): Line => ({
        ...edited,
        structuredPatch: [hunk(...lines)],
      });
      expect(editOf(noted(patch(long, fits)))).toEqual([['F2', 'failed']]);
      const empty = (count: number): readonly string[] => Array.from({ length: count }, () => '+');
      expect(editOf(noted(patch(...empty(19_999), `+${done}`)))).toEqual(DONE);
      expect(editOf(noted(patch(...empty(20_000), `+${done}`)))).toBeNull();
    },
  );
});
