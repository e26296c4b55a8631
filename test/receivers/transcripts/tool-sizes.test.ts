import { describe, expect, it } from 'vitest';
import {
  assistant,
  type Line,
  toolResult,
  toolUse,
  toolUseId,
  user,
} from '../../support/transcript-lines.ts';
import { decodeToolCall } from '../../support/transcript-records.ts';

const ID = toolUseId(1);
const bytesOf = (content: unknown): number | null =>
  decodeToolCall(user([toolResult(ID, content)])).resultBytes;
const linesOf = (toolUseResult: unknown): readonly (number | null)[] => {
  const { linesAdded, linesRemoved } = decodeToolCall(user([toolResult(ID)], { toolUseResult }));
  return [linesAdded, linesRemoved];
};

describe('the size of a result', () => {
  it.each([
    '',
    'plain',
    'two\nlines\tand "quotes" and a \\',
    'Größe',
    '漢字',
    '😀',
    '\u0000\u001f\u007f',
    'a\u2028b',
  ])('is its UTF-8 bytes: %j', (text) => {
    expect(bytesOf(text)).toBe(Buffer.byteLength(text));
  });

  it.each([
    ['\\u0041', 1],
    ['\\u00e9', 2],
    ['\\u6f22', 3],
    ['\\ud83d\\ude00', 4],
    ['\\uD83D\\uDE00 and \\u00E9', 11],
    ['\\ud83d', 3],
    ['\\ude00', 3],
    ['\\\\u0041', 6],
  ])('is that of what an escape stands for: %s', (escaped, bytes) => {
    const line = JSON.stringify(user([toolResult(ID, '@')])).replace('@', escaped);
    expect(decodeToolCall(line).resultBytes).toBe(bytes);
  });

  it('is the sum of its texts where it is a list', () => {
    const image = { type: 'image', source: { type: 'base64', data: 'AAAA' } };
    expect(bytesOf([{ type: 'text', text: 'Größe' }, image, { type: 'text', text: '!' }])).toBe(8);
  });

  it.each([null, 5, { text: 'no' }, [], ['no'], [null]])('is 0 where it is %j', (content) => {
    expect(bytesOf(content)).toBe(0);
  });
});

describe('the size of an input', () => {
  it.each<[unknown, number]>([
    [{}, 2],
    [{ a: 1 }, 7],
    [{ query: 'Größe' }, 19],
    ['text', 6],
    [null, 4],
    [[1, 2], 5],
  ])('is that of its JSON: %j', (input, bytes) => {
    const line = assistant({ content: [toolUse(ID, 'Tool', input)] });
    expect(decodeToolCall(line).inputBytes).toBe(bytes);
  });
});

describe('lines added and removed', () => {
  const hunk = (...lines: readonly unknown[]): Line => ({
    oldStart: 1,
    oldLines: 1,
    newStart: 1,
    newLines: 1,
    lines,
  });

  it.each<[string, unknown, readonly (number | null)[]]>([
    ['of an edit', { structuredPatch: [hunk(' a', '-b', '+c', '+d')] }, [2, 1]],
    ['of several hunks', { structuredPatch: [hunk('+a'), hunk('-b', '-c')] }, [1, 2]],
    [
      'of lines that themselves begin with a sign',
      { structuredPatch: [hunk('++a', '--b', '+ -c')] },
      [2, 1],
    ],
    ['of lines that are empty or no text', { structuredPatch: [hunk('', 5, null, '+a')] }, [1, 0]],
    ['of an update that changes nothing', { type: 'update', structuredPatch: [] }, [0, 0]],
    ['of a patch without lines', { structuredPatch: [{ oldStart: 1 }, 'no'] }, [0, 0]],
    ['of anything else', { stdout: '+a\n-b' }, [null, null]],
    ['of a text', '+a', [null, null]],
    ['of a list', [{ type: 'text', text: '+a' }], [null, null]],
  ])('are counted in the patch %s', (_name, toolUseResult, lines) => {
    expect(linesOf(toolUseResult)).toEqual(lines);
  });

  it.each([
    ['', 0],
    ['one', 1],
    ['one\n', 1],
    ['one\ntwo', 2],
    ['one\r\ntwo\r\n', 2],
    ['\n\n', 2],
    ['back\\slash\\n', 1],
  ])('are all lines of a file that is created: %j', (content, lines) => {
    expect(linesOf({ type: 'create', filePath: '/a', content, structuredPatch: [] })).toEqual([
      lines,
      0,
    ]);
  });
});

describe('the file of a call', () => {
  it.each([
    [{ file_path: '/home/dev/a.ts' }, '/home/dev/a.ts'],
    [{ notebook_path: '/home/dev/a.ipynb' }, '/home/dev/a.ipynb'],
    [{ file_path: 'C:\\dev\\a.ts' }, 'C:\\dev\\a.ts'],
    [{ file_path: '/home/dev/Größe.ts' }, '/home/dev/Größe.ts'],
    [{ file_path: 5 }, null],
    [{ path: '/home/dev' }, null],
    [{ nested: { file_path: '/home/dev/a.ts' } }, null],
  ])('is the one its input names: %j', (input, filePath) => {
    expect(decodeToolCall(assistant({ content: [toolUse(ID, 'Edit', input)] })).filePath).toBe(
      filePath,
    );
  });
});
