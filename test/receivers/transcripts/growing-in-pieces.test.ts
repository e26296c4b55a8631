import { appendFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import {
  assistant,
  at,
  jsonl,
  type Line,
  messageId,
  SESSION,
  toolResult,
  toolUse,
  toolUseId,
  usage,
  user,
} from '../../support/transcript-lines.ts';

const answer = fc
  .record({
    number: fc.integer({ min: 1, max: 4 }),
    output: fc.integer({ min: 0, max: 300 }),
    cacheRead: fc.integer({ min: 0, max: 5 }),
    second: fc.integer({ min: 0, max: 60 }),
    stop: fc.constantFrom(null, 'end_turn', 'tool_use'),
    model: fc.constantFrom('claude-opus-5-5', 'claude-haiku-5-5'),
  })
  .map(({ number, output, cacheRead, second, stop, model }): Line => {
    const said = usage(output, { cache_read_input_tokens: cacheRead });
    return assistant(
      { id: messageId(number), model, stop, usage: said },
      { timestamp: at(second), uuid: `a-${number}` },
    );
  });
const call = (number: number): Line =>
  assistant({
    id: messageId(number),
    usage: usage(9),
    content: [toolUse(toolUseId(number), 'Bash', { command: 'ls' })],
  });
const result = (number: number): Line =>
  user([toolResult(toolUseId(number), 'Größe 漢字 😀', number % 2 === 0)], {
    timestamp: at(number),
    uuid: `r-${number}`,
  });
const tools = fc.shuffledSubarray([call(5), result(5), call(6), result(6), call(7), result(8)]);
const prompt = fc
  .nat({ max: 9 })
  .map((number) => user('Größe 漢字 😀', { uuid: `p-${number}`, promptId: `p-${number}` }));
const noise = fc.constantFrom<Line | string>('', '\r', 'broken', '{"type":"user"', '[]', {
  type: 'mode',
  sessionId: SESSION,
});
const transcript = fc
  .tuple(fc.array(fc.oneof(answer, answer, prompt, noise), { minLength: 1, maxLength: 14 }), tools)
  .chain(([lines, toolLines]) =>
    fc.shuffledSubarray([...lines, ...toolLines], { minLength: lines.length + toolLines.length }),
  );

const contents = (store: OpenStore): unknown => ({
  totals: store.totals(),
  requests: store.rows(
    `SELECT key, model.name, at_ms, end_ms, output_tokens, cache_read_input_tokens, final, cost_basis, output_nano_usd
     FROM request JOIN model ON model.id = model ORDER BY key`,
  ),
  calls: store.rows(
    `SELECT key, tool.name, request_key, at_ms, result_at_ms, success, error_class, duration_ms, result_bytes, command
     FROM tool_call LEFT JOIN tool ON tool.id = tool ORDER BY key`,
  ),
  occurrences: store.rows('SELECT key, type, at_ms, data FROM occurrence ORDER BY key'),
  deadLetters: store.rows(
    'SELECT line, offset_bytes, length_bytes, reason FROM dead_letter ORDER BY offset_bytes',
  ),
});

const read = async (pieces: readonly Buffer[]): Promise<unknown> => {
  using home = new TranscriptHome();
  using store = await home.open();
  store.collector.store.db.pragma('synchronous = OFF');
  const file = home.file(`${SESSION}.jsonl`);
  writeFileSync(file, '');
  for (const piece of pieces) {
    appendFileSync(file, piece);
    await store.sweep();
  }
  return contents(store);
};

describe('a transcript that is read while it grows', () => {
  it('comes to the same, however its bytes arrive', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        transcript,
        fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
        async (lines, cuts) => {
          const bytes = Buffer.from(jsonl(...lines));
          const marks = [
            0,
            ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b),
            bytes.length,
          ];
          const pieces = marks.slice(1).map((stop, index) => bytes.subarray(marks[index], stop));
          expect(await read(pieces)).toEqual(await read([bytes]));
        },
      ),
      { numRuns: 40 },
    );
  });
});
