import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileDecoder } from '../../../receivers/transcripts/file-decoder.ts';
import {
  assistant,
  jsonl,
  START_MS,
  toolResult,
  toolUse,
  user,
} from '../../support/transcript-lines.ts';
import { TRANSCRIPT_PATH } from '../../support/transcript-records.ts';

const sample = Buffer.from(
  jsonl(
    user('Größe 漢字 😀'),
    assistant({ content: [toolUse('toolu_1', 'Edit', { file_path: '/a', command: 'ls' })] }),
    assistant({
      content: [
        toolUse('toolu_2', 'Bash', { command: 'cat "dev/active/ä b/plan.md"' }),
        toolUse('toolu_3', 'Edit', { file_path: '/a/dev/active/b/manifest.jsonl' }),
        toolUse('toolu_5', 'mcp__a__b', { path: '/a/dev/active/b/plan.md' }),
      ],
    }),
    user([toolResult('toolu_2', 'done', false)], {
      gitBranch: 'plan/b',
      toolUseResult: { gitOperation: { pr: { number: 1, url: 'https://example.org/1' } } },
    }),
    user([toolResult('toolu_1', 'done', false)], {
      toolUseResult: { durationMs: 3, structuredPatch: [{ lines: ['+a', '-b'] }] },
    }),
    user([toolResult('toolu_3', 'done', false)], {
      toolUseResult: {
        filePath: '/a/dev/active/b/manifest.jsonl',
        structuredPatch: [{ lines: [' a', '+{"id":"ä","status":"completed"}', '+{', '-b'] }],
      },
    }),
    user([toolResult('toolu_4', 'done', false)], {
      toolUseResult: {
        type: 'create',
        filePath: '/a/dev/active/b/manifest.jsonl',
        content: '{"id":"ä","status":"pending"}\n{"id":1,"status":"failed"}\n',
      },
    }),
    { type: 'pr-link', prUrl: 'https://example.org/1', sessionId: 's' },
    { type: 'attachment', attachment: { type: 'date' }, timestamp: '2026-11-20T10:00:00.000Z' },
    { type: 'cost-state', totalCostUSD: 1, modelUsage: {}, sessionId: 's' },
  ),
);

const decode = (bytes: Buffer): { readonly lines: number; readonly records: string } => {
  const text = Buffer.concat([bytes, Buffer.from('\n')]);
  const decoder = new FileDecoder(TRANSCRIPT_PATH, START_MS, null, 0);
  decoder.decode(text, 0, text.length, 0);
  const { records, rejects } = decoder.take();
  for (const { offsetBytes, lengthBytes } of rejects) {
    if (offsetBytes < 0 || offsetBytes + lengthBytes >= text.length)
      throw new Error('a reject lies outside');
  }
  return { lines: decoder.lines, records: JSON.stringify(records) };
};
const newlines = (bytes: Buffer): number => bytes.filter((byte) => byte === 0x0a).length + 1;

describe('decoding', { timeout: 60_000 }, () => {
  it('survives any bytes, and counts every line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (array) => {
        const bytes = Buffer.from(array);
        expect(decode(bytes).lines).toBe(newlines(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('survives any damage to real lines, and counts every line', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(damage, fc.nat(), fc.nat({ max: 200 }), (bytesToSet, cutAt, cutLength) => {
        const bytes = Buffer.from(sample);
        for (const [at, byte] of bytesToSet) bytes[at % bytes.length] = byte;
        const cut = cutAt % bytes.length;
        const rest = Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + cutLength)]);
        expect(decode(rest).lines).toBe(newlines(rest));
      }),
      { numRuns: 3000 },
    );
  });

  it('survives lines whose every field is something else', () => {
    const names = Object.keys({
      ...assistant(),
      ...user(''),
      toolUseResult: 1,
      attachment: 1,
      origin: 1,
    });
    const line = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 }));
    const type = fc.constantFrom(
      'user',
      'assistant',
      'system',
      'cost-state',
      'pr-link',
      'attachment',
    );
    fc.assert(
      fc.property(line, type, (fields, type) => {
        const text = Buffer.from(JSON.stringify({ ...fields, type }));
        expect(decode(text).lines).toBe(1);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same, wherever the bytes are parted between lines', () => {
    const ends = [...sample.keys()].filter((at) => sample[at] === 0x0a).map((at) => at + 1);
    fc.assert(
      fc.property(fc.subarray(ends.slice(0, -1)), (cuts) => {
        const decoder = new FileDecoder(TRANSCRIPT_PATH, START_MS, null, 0);
        const marks = [0, ...cuts, sample.length];
        marks.slice(1).forEach((stop, index) => {
          const start = marks[index]!;
          const part = Buffer.from(sample.subarray(start, stop));
          decoder.decode(part, 0, part.length, start);
          part.fill(0);
        });
        const whole = decode(sample);
        expect(JSON.stringify(decoder.take().records)).toBe(whole.records);
      }),
    );
  });
});
