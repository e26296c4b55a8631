import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  INVALID_JSON,
  JsonScanner,
  MAX_DEPTH,
  TOO_DEEP,
} from '../../../receivers/transcripts/json-scanner.ts';
import { textMemory } from '../../../receivers/transcripts/string-end.ts';

/** The text with a newline after it: where files are read to, at a place of its own, and in another buffer. */
const buffersOf = (text: string, at: number): readonly (readonly [Buffer, number])[] => {
  const line = Buffer.from(`${text}\n`);
  textMemory.fill(0x22, 0, at + line.length + 64);
  line.copy(textMemory, at);
  return [
    [textMemory, at],
    [line, 0],
  ];
};

const errorOf = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
};

/** What the scanner has against the text: null where it takes it. */
const verdict = (bytes: Buffer, at: number): unknown => {
  const json = new JsonScanner();
  json.open(bytes);
  json.at = at;
  return errorOf(() => {
    json.skipValue();
    if (json.peek() !== 0x0a) throw INVALID_JSON;
  });
};

const isJson = (text: string): boolean => errorOf(() => void JSON.parse(text)) === null;
const place = fc.nat({ max: 40 });

describe('the scanner', () => {
  it('takes what JSON.parse takes, and refuses what it refuses', () => {
    const parts = [
      '"',
      '\\',
      '\\"',
      '\\\\',
      '\\u00e9',
      '\\ud83d',
      '\\x',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '0',
      '-',
      '1e5',
      '.',
      ' ',
      '\t',
      'é',
      'null',
      'tru',
      '\u0001',
    ];
    const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...parts), fc.nat({ max: 2 })), {
      maxLength: 3,
    });
    const sound = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.json({ maxDepth: 2, stringUnit: 'binary' }),
    );
    fc.assert(
      fc.property(sound, damage, place, (text, changes, at) => {
        let damaged = text;
        for (const [where, part, cut] of changes) {
          const from = where % (damaged.length + 1);
          damaged = damaged.slice(0, from) + part + damaged.slice(from + cut);
        }
        const line = damaged.replaceAll(/[\r\n]/g, ' ').toWellFormed();
        for (const [bytes, start] of buffersOf(line, at)) {
          expect(verdict(bytes, start)).toBe(isJson(line) ? null : INVALID_JSON);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('knows text and size of any string, however it is written', () => {
    const pieces = fc.array(
      fc.oneof(
        fc
          .string({ unit: 'grapheme', maxLength: 30 })
          .map((text) => JSON.stringify(text).slice(1, -1)),
        fc.constantFrom(
          '\\n',
          '\\\\',
          '\\"',
          '\\/',
          '\\\\ud83d',
          '\\ud83d',
          '\\ude00',
          '\\uD83D\\uDE00',
          '\\u001b',
          '\\u00E9',
          '漢',
        ),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(pieces, place, (list, at) => {
        const text = `"${list.join('')}"`.replaceAll('\n', ' ').toWellFormed();
        for (const [bytes, start] of buffersOf(text, at)) {
          const json = new JsonScanner();
          json.open(bytes);
          json.at = start;
          json.readString();
          const value = String(JSON.parse(text)).toWellFormed();
          expect(json.text(1e6)).toBe(value);
          expect(json.textBytes).toBe(Buffer.byteLength(value));
          expect(json.at).toBe(start + Buffer.byteLength(text));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it.each(['[', '{"a":'])('goes down to its limit and no deeper: %s', (opening) => {
    const closing = opening === '[' ? ']' : '}';
    const nested = (depth: number): string => `${opening.repeat(depth)}0${closing.repeat(depth)}`;
    for (const [bytes, at] of buffersOf(nested(MAX_DEPTH), 0))
      expect(verdict(bytes, at)).toBe(null);
    for (const [bytes, at] of buffersOf(nested(MAX_DEPTH + 1), 0))
      expect(verdict(bytes, at)).toBe(TOO_DEEP);
  });
});
