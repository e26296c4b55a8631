import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  INVALID_JSON,
  JsonScanner,
  MAX_DEPTH,
  TOO_DEEP,
} from '../../../receivers/transcripts/json-scanner.ts';
import { textMemory } from '../../../receivers/transcripts/string-end.ts';

/** Runs `use` over a text: where files are read to, and in a buffer of its own, as long lines are. */
const scan = <T>(text: string, use: (scanner: JsonScanner, end: number) => T): T => {
  const alone = Buffer.from(`${text}\n`);
  textMemory.set(alone);
  const [first, second] = [textMemory, alone].map((bytes) => {
    const scanner = new JsonScanner();
    scanner.open(bytes);
    return use(scanner, alone.length - 1);
  });
  expect(first).toEqual(second);
  return first as T;
};

/** What the scanner makes of a text: 'valid', 'invalid' or 'too deep'. */
const verdict = (text: string): string =>
  scan(text, (json, end) => {
    try {
      json.skipValue();
      return json.peek() === 0x0a && json.at === end ? 'valid' : 'invalid';
    } catch (error) {
      if (error === TOO_DEEP) return 'too deep';
      if (error === INVALID_JSON) return 'invalid';
      throw error;
    }
  });

const expected = (text: string): string => {
  try {
    JSON.parse(text);
    return 'valid';
  } catch {
    return 'invalid';
  }
};

const json = fc.json({ maxDepth: 6, depthSize: 'medium' }).filter((text) => !text.includes('\n'));
const token = fc.constantFrom(
  ...Array.from('{}[]:,"\\/+-.eE0123456789 \ttruefalsn\u0001\u007fué😀'),
  'null',
  'true',
  '"a"',
  '\\u00e9',
  '\\ud800',
  '-0',
  '1e5',
  '{"a":1}',
);
const edit = fc.record({
  at: fc.nat(),
  remove: fc.nat({ max: 3 }),
  insert: fc.array(token, { maxLength: 3 }),
});

describe('skipping a value', { timeout: 60_000 }, () => {
  it('accepts every value that JSON can hold', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(verdict(text)).toBe('valid');
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts what JSON.parse accepts, and nothing else, in texts that were damaged', () => {
    fc.assert(
      fc.property(json, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const damaged = edits.reduce((units, { at, remove, insert }) => {
          units.splice(at % (units.length + 1), remove, ...insert);
          return units;
        }, Array.from(text));
        expect(verdict(damaged.join(''))).toBe(expected(damaged.join('')));
      }),
      { numRuns: 5000 },
    );
  });

  it('accepts what JSON.parse accepts, and nothing else, in texts of tokens at random', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
        expect(verdict(tokens.join(''))).toBe(expected(tokens.join('')));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    '',
    ' ',
    '-',
    '01',
    '1.',
    '.5',
    '1e',
    '+1',
    '- 1',
    '0x10',
    'Infinity',
    '"',
    '"\\',
    '"\\u123"',
    '{',
    '{"a"}',
    '{"a":}',
    '{,}',
    '[,]',
    '[1,]',
    '{"a":1,}',
    '[1 2]',
    'tru',
    'truee',
    'nul',
    '"\u0000"',
    '\u00a01',
    '//a',
    "'a'",
    '{a:1}',
  ])('refuses %j', (text) => {
    expect(expected(text)).toBe('invalid');
    expect(verdict(text)).toBe('invalid');
  });

  it('follows nesting as deep as it says, and no deeper', () => {
    const lists = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect([lists(MAX_DEPTH), objects(MAX_DEPTH)].map(verdict)).toEqual(['valid', 'valid']);
    expect([lists(MAX_DEPTH + 1), objects(MAX_DEPTH + 1)].map(verdict)).toEqual([
      'too deep',
      'too deep',
    ]);
  });
});

describe('reading a value', { timeout: 60_000 }, () => {
  const read = <T>(text: string, how: (scanner: JsonScanner) => T): T =>
    scan(text, (scanner, end) => {
      const value = how(scanner);
      expect(scanner.at).toBe(end);
      return value;
    });

  it('gives the text of any string, and its size in UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (value, isAscii) => {
        const plain = JSON.stringify(value);
        const text = isAscii
          ? plain.replace(
              /[\u0080-\uffff]/g,
              (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
            )
          : plain;
        expect(read(text, (scanner) => scanner.stringOrNull())).toBe(value.toWellFormed());
        expect(read(text, (scanner) => (scanner.readString(), scanner.textBytes))).toBe(
          Buffer.byteLength(value),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('gives a string’s beginning, never half an escape', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii', maxLength: 40 }),
        fc.nat({ max: 60 }),
        (value, limit) => {
          const start = read(JSON.stringify(value), (scanner) => scanner.stringOrNull(limit));
          expect(value.startsWith(start ?? '-')).toBe(true);
        },
      ),
    );
  });

  it('gives any number as JSON.parse does', () => {
    const number = fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => JSON.stringify(value)),
      fc.maxSafeInteger().map(String),
      fc
        .tuple(fc.integer(), fc.nat(), fc.integer({ min: -400, max: 400 }))
        .map(([a, b, c]) => `${a}.${b}E${c}`),
    );
    fc.assert(
      fc.property(number, (text) => {
        expect(read(text, (scanner) => scanner.numberOrNull())).toBe(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives null for a value of another kind, and stands behind it', () => {
    fc.assert(
      fc.property(json, (text) => {
        const value: unknown = JSON.parse(text);
        expect(read(text, (scanner) => scanner.numberOrNull())).toBe(
          typeof value === 'number' ? value : null,
        );
        expect(read(text, (scanner) => scanner.booleanOrNull())).toBe(
          typeof value === 'boolean' ? value : null,
        );
        expect(read(text, (scanner) => scanner.stringOrNull() !== null)).toBe(
          typeof value === 'string',
        );
      }),
    );
  });
});
