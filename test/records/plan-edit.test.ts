import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlanManifest, linesOf, planEditOf } from '../../src/records/plan-edit.ts';

const HERE = '/home/dev/project';
const FOO = `${HERE}/dev/active/foo`;
const feature = (id: unknown, status: unknown): string => JSON.stringify({ id, status });
const pairsOf = (...lines: readonly string[]): unknown => {
  const text = planEditOf(lines);
  return text === null ? null : JSON.parse(text);
};

describe('the manifest of a plan', () => {
  it.each([
    `${FOO}/manifest.jsonl`,
    `${HERE}/dev/complete/foo/manifest.jsonl`,
    'dev/active/foo/manifest.jsonl',
    `${FOO}/prompts/../manifest.jsonl`,
    'C:\\app\\dev\\active\\foo\\manifest.jsonl',
  ])('lies directly in its folder: %s', (file) => {
    expect(isPlanManifest(file, HERE)).toBe(true);
  });

  it.each([
    '',
    'manifest.jsonl',
    `${HERE}/manifest.jsonl`,
    `${HERE}/dev/active/manifest.jsonl`,
    `${FOO}/prompts/manifest.jsonl`,
    `${FOO}/old-manifest.jsonl`,
    `${FOO}/manifest.jsonl.bak`,
    `${FOO}/manifest.jsonl/`,
    `${FOO}/features.json`,
  ])('is not %j', (file) => {
    expect(isPlanManifest(file, HERE)).toBe(false);
  });

  it('may be named from its own folder', () => {
    expect(isPlanManifest('manifest.jsonl', FOO)).toBe(true);
    expect(isPlanManifest('dev/active/foo/manifest.jsonl', '')).toBe(false);
  });
});

describe('what was written to a manifest', () => {
  it('is each feature with its status, in the order of the lines', () => {
    const more = JSON.stringify({ description: 'x', id: 'F002', depends_on: [], status: 'failed' });
    expect(pairsOf(feature('F003', 'pending'), ` ${more}\r`, feature('F003', 'completed'))).toEqual(
      [
        ['F003', 'pending'],
        ['F002', 'failed'],
        ['F003', 'completed'],
      ],
    );
  });

  it('is spelt like the features of a plan', () => {
    expect(
      pairsOf(
        feature(' F001 ', ' In Progress'),
        feature(7, 'in-progress'),
        feature('F\ud800', 'COMPLETED'),
        feature('__proto__', 'done'),
      ),
    ).toEqual([
      ['F001', 'in_progress'],
      ['7', 'in_progress'],
      ['F\ufffd', 'completed'],
      ['__proto__', 'done'],
    ]);
  });

  it.each([
    [''],
    ['{'],
    ['null'],
    [`[${feature('F001', 'pending')}]`],
    [`${feature('F001', 'pending')} ${feature('F002', 'pending')}`],
    [feature(undefined, 'pending')],
    [feature('', 'pending')],
    [feature('F\n1', 'pending')],
    [feature('F'.repeat(201), 'pending')],
    [feature(['F001'], 'pending')],
    [feature('F001', undefined)],
    [feature('F001', true)],
    [feature('F001', 'x'.repeat(65))],
    [feature('F001', 'İ'.repeat(64))],
    [`${' '.repeat(65_536)}${feature('F001', 'pending')}`],
    [JSON.stringify({ id: 'F001', status: 'pending', description: 'é'.repeat(32_768) })],
  ])('is nothing that is said by %.40s', (line) => {
    expect(planEditOf([line])).toBeNull();
    expect(pairsOf(line, feature('F009', 'failed'), line)).toEqual([['F009', 'failed']]);
  });

  it('is no more than 200 features, of the first 20,000 lines', () => {
    const many = Array.from({ length: 300 }, (_, index) => feature(index, 'pending'));
    expect(pairsOf(...many)).toHaveLength(200);
    const empty = Array.from({ length: 19_999 }, () => '');
    expect(planEditOf([...empty, feature('F001', 'failed')])).not.toBeNull();
    expect(planEditOf([...empty, '', feature('F001', 'failed')])).toBeNull();
  });

  it('is looked for no further than needed', () => {
    let asked = 0;
    function* endless(line: string): Generator<string> {
      for (;;) {
        asked += 1;
        yield line;
      }
    }
    planEditOf(endless(feature('F001', 'failed')));
    expect(asked).toBe(200);
    planEditOf(endless('{'));
    expect(asked).toBeLessThan(21_000);
  });

  it('is pairs of short texts, or nothing, whatever the lines say', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.string({ unit: 'binary' }));
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(value, value).map(([id, status]) => feature(id, status)),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = planEditOf(lines);
        if (text === null) return;
        expect(text.isWellFormed()).toBe(true);
        for (const pair of JSON.parse(text) as readonly (readonly unknown[])[]) {
          expect(pair.map((one) => typeof one)).toEqual(['string', 'string']);
          expect(String(pair[1])).not.toMatch(/[\s-]/);
        }
      }),
    );
  });
});

describe('the lines of a text', () => {
  it('are what stands between its newlines', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '\r', 'é')), (parts) => {
        const text = parts.join('');
        expect([...linesOf(text)]).toEqual(text.split('\n'));
      }),
    );
  });
});
