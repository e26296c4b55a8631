import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileDecoder } from '../../../receivers/transcripts/file-decoder.ts';
import { JsonScanner } from '../../../receivers/transcripts/json-scanner.ts';
import { LineFacts, readLine } from '../../../receivers/transcripts/read-line.ts';
import type { UsageFacts } from '../../../receivers/transcripts/read-usage.ts';
import { textMemory } from '../../../receivers/transcripts/string-end.ts';
import { START_MS } from '../../support/transcript-lines.ts';
import { TRANSCRIPT_PATH } from '../../support/transcript-records.ts';

const choice = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const pairs = (list: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.tuple(...list), choice(',', ',', ',', ' , '))
    .map(([parts, comma]) => parts.filter((part) => part !== '').join(comma));

const head = pairs([
  choice('"cwd":"/home/dev/one"', '"cwd":"/home/dev/two"', '"cwd":null', ''),
  choice(
    '"sessionId":"6f0155ae-37a7-450f-a88a-39ad522b6321"',
    '"sessionId":"6f0155ae-37a7-450f-a88a-39ad522b6322"',
  ),
  choice(
    '"version":"2.1.329"',
    '"version":12',
    '"version":123',
    '"version":"2.1.330"',
    '"version":"2.\\u0031.3"',
    '',
  ),
  choice('"gitBranch":"main"', '"gitBranch":"main","gitBranch":"other"', ''),
  choice('"agentId":"a1b2c3d4"', '', ''),
]);
const usage = choice(
  '{"input_tokens":5,"output_tokens":12,"cache_read_input_tokens":300}',
  '{"input_tokens":5,"output_tokens":13,"cache_read_input_tokens":300}',
  '{"input_tokens":5,"output_tokens":12,"speed":"fast","iterations":[{"type":"message","output_tokens":2}]}',
  '{"input_tokens":-5,"output_tokens":12,"cache_read_input_tokens":300}',
  '{"input_tokens":5,"output_tokens":12,"cache_read_input_tokens":300',
  'null',
);
const id = choice('"msg_01jhn43FK9WVDwX13iIlueG5"', '"msg_01jhn43FK9WVDwX13iIlueG6"', '""', '7');
const message = fc
  .tuple(id, usage)
  .map(
    ([name, used]) =>
      `"message":{"id":${name},"model":"claude-opus-5-5","content":[],"usage":${used}}`,
  );
const line = fc
  .tuple(choice('assistant', 'user'), head, message, fc.boolean())
  .map(([type, facts, body, isFirst]) =>
    isFirst ? `{${facts},"type":"${type}",${body}}` : `{"type":"${type}",${body},${facts}}`,
  );

const countsOf = ({ input, output, cacheRead, speed, iterations }: UsageFacts): unknown => ({
  input,
  output,
  cacheRead,
  speed,
  iterations,
});

/** Facts of a line as they are read with nothing remembered. */
const aloneFacts = (text: string): string => {
  const bytes = Buffer.from(`${text}\n`);
  return factsOf(bytes, 0, new JsonScanner(), new LineFacts());
};

const factsOf = (bytes: Buffer, at: number, json: JsonScanner, facts: LineFacts): string => {
  if (json.bytes !== bytes) json.open(bytes);
  json.at = at;
  try {
    readLine(json, facts, false);
  } catch (error) {
    return String(error);
  }
  const { cwd, sessionId, version, gitBranch, agentId, messageId, usage: used } = facts;
  return JSON.stringify({
    cwd,
    sessionId,
    version,
    gitBranch,
    agentId,
    messageId,
    used: used.present ? countsOf(used) : null,
  });
};

describe('a line', () => {
  it('is read the same, whatever lines stand before it', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 12 }), (lines) => {
        textMemory.write(`${lines.join('\n')}\n`);
        const json = new JsonScanner();
        json.open(textMemory);
        const facts = new LineFacts();
        let at = 0;
        for (const text of lines) {
          expect(factsOf(textMemory, at, json, facts)).toBe(aloneFacts(text));
          at += Buffer.byteLength(text) + 1;
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('takes nothing over from what stood at the same place in another text', () => {
    const read = (messageId: string): unknown => {
      const text = `{"type":"assistant","sessionId":"s","message":{"id":"${messageId}","usage":{"input_tokens":1}}}\n`;
      textMemory.write(text + text);
      const decoder = new FileDecoder(TRANSCRIPT_PATH, START_MS, null, 0);
      decoder.decode(textMemory, 0, text.length * 2, 0);
      return decoder.take().records[0];
    };
    for (const each of ['msg_01jhn43FK9WVDwX13iIlueG5', 'msg_01jhn43FK9WVDwX13iIlueG6']) {
      expect(read(each)).toMatchObject({ messageId: each });
    }
  });
});
