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
