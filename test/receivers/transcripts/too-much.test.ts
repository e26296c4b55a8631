import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../../../receivers/transcripts/json-scanner.ts';
import { assistant, usage } from '../../support/transcript-lines.ts';
import { decodeLines } from '../../support/transcript-records.ts';

const before = assistant({ id: 'before' });
const after = assistant({ id: 'after' });
const good = JSON.stringify(assistant({ id: 'between' }));
const replaced = (name: string, json: string): string => {
  const line = JSON.stringify({ ...assistant({ id: 'between' }), [name]: '@@' });
  return line.replace('"@@"', json);
};

describe('nesting', () => {
  const nested = (depth: number, name = 'extra'): string =>
    replaced(name, `${'['.repeat(depth)}${']'.repeat(depth)}`);

  it('is followed to a depth that no real line reaches', () => {
    expect(decodeLines(nested(MAX_DEPTH - 2)).requests).toHaveLength(1);
  });

  it.each(['extra', 'message', 'toolUseResult', 'timestamp'])(
    'of a million levels is turned away in %s',
    (name) => {
      const { requests, rejects } = decodeLines(before, nested(1_000_000, name), after);
      expect(requests).toHaveLength(2);
      expect(rejects).toMatchObject([{ reason: 'too_deep', line: 2 }]);
    },
  );

  it.each([
    ['brackets that never close', '['.repeat(1_000_000)],
    ['braces that never close', '{"a":'.repeat(1_000_000)],
    ['brackets that were never opened', ']'.repeat(1_000_000)],
  ])('of %s is turned away', (_name, text) => {
    const { requests, rejects } = decodeLines(before, text, after);
    expect(requests).toHaveLength(2);
    expect(rejects).toMatchObject([{ line: 2, lengthBytes: text.length }]);
  });
});

describe('too much of something', () => {
  it('is only read over: 100,000 keys', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"key-${index}":${index}`).join(',');
    for (const name of ['extra', 'toolUseResult', 'origin']) {
      expect(decodeLines(replaced(name, `{${keys}}`)).requests).toHaveLength(1);
    }
    expect(decodeLines(`{${keys},${good.slice(1)}`).requests).toHaveLength(1);
  });

  it('is only read over: the same key again and again', () => {
    const text = `{${'"type":"user",'.repeat(100_000)}${good.slice(1)}`;
    expect(decodeLines(text).requests).toHaveLength(1);
  });

  it.each([
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    `1${'0'.repeat(5000)}`,
    `0.${'1'.repeat(5000)}`,
  ])('is only read over: the number %s', (number) => {
    expect(decodeLines(replaced('extra', number)).requests).toHaveLength(1);
    expect(decodeLines(replaced('timestamp', number)).requests).toHaveLength(1);
  });

  it('is cut: names without end', () => {
    const endless = 'x'.repeat(100_000);
    const { requests, toolCalls } = decodeLines(
      assistant(
        {
          id: endless,
          model: endless,
          usage: usage(1, { service_tier: endless }),
          content: [
            { type: 'tool_use', id: endless, name: endless, input: { file_path: endless } },
          ],
        },
        { cwd: endless, requestId: endless, effort: endless },
      ),
    );
    expect(JSON.stringify([requests, toolCalls]).length).toBeLessThan(20_000);
  });

  it('is taken by its last value: a key that stands twice', () => {
    const text = good
      .replace('"type":"assistant"', '"type":"user","type":"assistant"')
      .replace('"output_tokens":5', '"output_tokens":1,"output_tokens":7');
    expect(decodeLines(text).requests).toMatchObject([{ outputTokens: 7 }]);
  });
});
