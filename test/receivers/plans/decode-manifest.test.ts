import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManifestName } from '../../../receivers/plans/decode-feature.ts';
import { decodeManifest } from '../../../receivers/plans/decode-manifest.ts';

const FIXTURES = path.join(import.meta.dirname, '../../fixtures/plans');
const fixture = (name: string): Buffer => readFileSync(path.join(FIXTURES, name));
const decode = (text: string | Buffer, file: ManifestName = 'manifest.jsonl') =>
  decodeManifest(Buffer.from(text), file);
const ids = (text: string | Buffer, file?: ManifestName): readonly string[] =>
  decode(text, file).features.map(({ id }) => id);
const reasons = (text: string | Buffer, file?: ManifestName): readonly string[] =>
  decode(text, file).rejects.map(({ reason }) => reason);
const F = (id: string, more: object = {}): string =>
  JSON.stringify({ id, status: 'pending', ...more });
const pretty = (id: string): string =>
  JSON.stringify({ id, status: 'pending', depends_on: ['a', 'b'] }, null, 2);

describe('a manifest of a real plan', () => {
  it.each([
    ['architecture-review-remediation.jsonl', 16, { pending: 16 }],
    ['claude-hall-monitor-plugin.jsonl', 11, { completed: 4, pending: 7 }],
    ['realtime-data-collection.jsonl', 29, { completed: 29 }],
    ['realtime-metrics-dashboard.jsonl', 33, { pending: 33 }],
  ])('is read whole: %s', (name, count, statuses) => {
    const { features, rejects, lines } = decode(fixture(name));
    expect(features).toHaveLength(count);
    expect(lines).toBe(count);
    expect(rejects).toEqual([]);
    const byStatus = Object.groupBy(features, ({ status }) => String(status));
    expect(
      Object.fromEntries(Object.entries(byStatus).map(([key, list]) => [key, list?.length])),
    ).toEqual(statuses);
  });

  it('gives every field of a line', () => {
    expect(decode(fixture('architecture-review-remediation.jsonl')).features[1]).toEqual({
      id: 'F001',
      status: 'pending',
      rawStatus: null,
      description: 'Create security utilities module',
      promptFile: 'prompts/01-security-utils.md',
      plannedFiles: [],
      dependsOn: ['F000'],
      edgeCases: ['EC001', 'EC002', 'EC003', 'EC004', 'EC007'],
      decisions: ['D003', 'D006', 'D007', 'D008'],
      codeRefs: [
        'code/typescript.md#security-types',
        'code/typescript.md#security-utilities',
        'code/typescript.md#plan-name-validation',
      ],
      verification: 'cd .claude/hooks && bun run tsc --noEmit',
    });
  });

  it('is read in its older form, where files are those to be changed', () => {
    const { features, rejects } = decode(fixture('dashboard.features.json'), 'features.json');
    expect(rejects).toEqual([]);
    expect(features).toHaveLength(10);
    expect(features[0]).toMatchObject({
      id: 'types',
      status: 'completed',
      description: 'Add TypeScript interfaces for dashboard data structures',
      promptFile: null,
      plannedFiles: ['.claude/hooks/viewer/types.ts'],
      dependsOn: [],
      verification: 'cd .claude/hooks && bun run tsc --noEmit',
    });
  });
});

describe('a manifest in another form', () => {
  it.each<[string, string]>([
    ['with CRLF', `${F('a')}\r\n${F('b')}\r\n`],
    ['with a byte order mark', `\u{feff}${F('a')}\n${F('b')}\n`],
    ['with blank lines', `\n\n${F('a')}\n  \t\n${F('b')}\n\n`],
    ['without a newline at its end', `${F('a')}\n${F('b')}`],
    ['with indented lines', `  ${F('a')}\n\t${F('b')}\n`],
    ['over several lines each', `${pretty('a')}\n${pretty('b')}\n`],
    [
      'over several lines each, with CRLF',
      `${pretty('a')}\n${pretty('b')}`.replaceAll('\n', '\r\n'),
    ],
    ['with one on one line and one over several', `${F('a')}\n${pretty('b')}\n`],
    ['as a list', JSON.stringify([{ id: 'a' }, { id: 'b' }])],
    ['as a list over several lines', `[\n  ${F('a')},\n  ${F('b')}\n]\n`],
    ['as an indented list', JSON.stringify([{ id: 'a' }, { id: 'b' }], null, 2)],
    ['as lines of a list', `${F('a')},\n${F('b')},\n`],
    ['on one line', `${F('a')}${F('b')}\n`],
    ['on one line with commas', `${F('a')}, ${F('b')}\n`],
    ['with a list on every line', `[${F('a')}]\n[${F('b')}]\n`],
    ['as one object', JSON.stringify({ project: 'p', features: [{ id: 'a' }, { id: 'b' }] })],
    ['with keys that nobody knows', `${F('a', { x: { y: [1] } })}\n${F('b', { z: null })}`],
    ['with the key of a prototype', `{"id":"a","__proto__":{"status":"failed"}}\n${F('b')}`],
  ])('is understood: %s', (_name, text) => {
    expect(ids(text)).toEqual(['a', 'b']);
    expect(reasons(text)).toEqual([]);
    expect(decode(text).features[0]?.status).not.toBe('failed');
  });

  it.each<[string, string, ManifestName]>([
    ['an object', '{"features":[{"id":"a"},{"id":"b"}]}', 'features.json'],
    ['a list', '[{"id":"a"},{"id":"b"}]', 'features.json'],
    ['one with a byte order mark', '\u{feff}[{"id":"a"},{"id":"b"}]', 'features.json'],
  ])('is understood in its older form: %s', (_name, text, file) => {
    expect(ids(text, file)).toEqual(['a', 'b']);
  });
});

describe('a status', () => {
  it.each<[unknown, string | null, string | null, readonly string[]]>([
    ['completed', 'completed', null, []],
    ['In Progress', 'in_progress', null, []],
    ['IN-PROGRESS', 'in_progress', null, []],
    [' failed ', 'failed', null, []],
    [null, null, null, []],
    [undefined, null, null, []],
    ['blocked', null, 'blocked', ['plan_status']],
    ['', null, '', ['plan_status']],
    [7, null, '7', ['plan_status']],
    [{ done: true }, null, '{"done":true}', ['plan_status']],
    ['x'.repeat(500), null, 'x'.repeat(64), ['plan_status']],
  ])('%j is %s', (told, status, rawStatus, rejects) => {
    const { features, rejects: found } = decode(JSON.stringify({ id: 'a', status: told }));
    expect(features[0]).toMatchObject({ status, rawStatus });
    expect(found.map(({ reason }) => reason)).toEqual(rejects);
  });
});

describe('an id', () => {
  it.each<[unknown, readonly string[]]>([
    ['F001', ['F001']],
    [' F001 ', ['F001']],
    [12, ['12']],
    [0, ['0']],
    ['Überprüfung 1', ['Überprüfung 1']],
    ['x'.repeat(200), ['x'.repeat(200)]],
    ['x'.repeat(201), []],
    ['a\u0000b', []],
    ['a\nb', []],
    ['', []],
    ['  ', []],
    [null, []],
    [true, []],
    [['F001'], []],
    [undefined, []],
  ])('%j', (id, expected) => {
    const text = JSON.stringify({ id, status: 'pending' });
    expect(ids(text)).toEqual(expected);
    expect(reasons(text)).toEqual(expected.length === 0 ? ['invalid_id'] : []);
  });
});

describe('a field', () => {
  it('is cut where it is too long, and left out where it is no text', () => {
    const long = 'x'.repeat(9000);
    const { features } = decode(
      JSON.stringify({
        id: 'a',
        description: long,
        file: 5,
        depends_on: Array.from({ length: 900 }, (_, index) => index),
        decisions: [long, null, {}, 'D1'],
        code_refs: 'code/a.md',
        files: ['src/a.ts'],
        verification: '\ud800',
      }),
    );
    expect(features[0]).toEqual({
      id: 'a',
      status: null,
      rawStatus: null,
      description: 'x'.repeat(2000),
      promptFile: null,
      plannedFiles: ['src/a.ts'],
      dependsOn: Array.from({ length: 500 }, (_, index) => String(index)),
      edgeCases: [],
      decisions: ['x'.repeat(500), 'D1'],
      codeRefs: ['code/a.md'],
      verification: '\ufffd',
    });
  });

  it('of a later line with the same id counts, and what that line does not say stays', () => {
    const text = [
      F('a', { description: 'first', depends_on: ['z'] }),
      F('b'),
      '{"id":"a","status":"completed","description":null}',
    ].join('\n');
    const { features, rejects } = decode(text);
    expect(features.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'completed'],
      ['b', 'pending'],
    ]);
    expect(features[0]).toMatchObject({ description: 'first', dependsOn: ['z'] });
    expect(rejects).toMatchObject([{ reason: 'duplicate_id', line: 3 }]);
  });
});

describe('what is no feature', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['garbage between lines', `${F('a')}\nnonsense\n${F('b')}`, ['a', 'b'], ['invalid_json']],
    ['a line that is cut', `${F('a')}\n${F('b').slice(0, 12)}`, ['a'], ['invalid_json']],
    ['a first line that is cut', `${F('a').slice(0, 12)}\n${F('b')}`, ['b'], ['invalid_json']],
    ['an open list before a line', `{"id":"a","x":[\n${F('b')}\n`, ['b'], ['invalid_json']],
    [
      'an open list before an indented line',
      `{"id":"a","x":[\n ${F('b')}`,
      ['b'],
      ['invalid_json'],
    ],
    [
      'an open list before an indented value',
      `{"id":"a","x":[\n${pretty('b')}`,
      ['b'],
      ['invalid_json'],
    ],
    ['no object', `5\n"text"\nnull\n${F('a')}`, ['a'], Array(3).fill('not_an_object')],
    ['something after a value', `${F('a')} nonsense\n${F('b')}`, ['a', 'b'], ['invalid_json']],
    ['a broken value over lines', `{\n "id": nonsense\n}\n${F('b')}`, ['b'], ['invalid_json']],
    ['nothing', '', [], ['empty_manifest']],
    ['blanks', ' \r\n\n\t', [], ['empty_manifest']],
    ['only a byte order mark', '\u{feff}', [], ['empty_manifest']],
    ['an empty list', '[]', [], ['empty_manifest']],
    ['binary', '\u0000\u0001\u0002', [], ['invalid_json']],
  ])('is told of: %s', (_name, text, expected, rejects) => {
    expect(ids(text)).toEqual(expected);
    expect(reasons(text)).toEqual(rejects);
  });

  it.each<[string, string, readonly string[]]>([
    ['cut', '{"features":[{"id":"a"},', ['invalid_json']],
    ['lines', '{"id":"a"}\n{"id":"b"}', ['invalid_json']],
    ['no list', '{"project":"p"}', ['invalid_id']],
    ['a number', '5', ['not_an_object']],
    ['a list with others in it', '[{"id":"a"},5,{}]', ['not_an_object', 'invalid_id']],
    ['empty', ' ', ['empty_manifest']],
    ['without features', '{"features":[]}', ['empty_manifest']],
  ])('is told of in the older form: %s', (_name, text, rejects) => {
    expect(reasons(text, 'features.json')).toEqual(rejects);
  });

  it('is told with its place in bytes', () => {
    const text = `\u{feff}${F('ä')}\r\n\r\n  {"id":\r\n"x"]\r\n${F('b')}\n`;
    const bytes = Buffer.from(text);
    const [reject] = decode(bytes).rejects;
    expect(reject).toMatchObject({ reason: 'invalid_json', line: 3 });
    const { offsetBytes, lengthBytes } = reject!;
    expect(bytes.toString('utf8', offsetBytes, offsetBytes + lengthBytes)).toContain('{"id":');
    expect(ids(bytes)).toEqual(['ä', 'b']);
  });

  it('has a name where it stands in a list', () => {
    expect(decode('[{"id":"a"},5,6]').rejects.map(({ name }) => name)).toEqual(['[1]', '[2]']);
  });
});

describe('a manifest of any length', () => {
  it('of 10,000 features is read in a moment', () => {
    const [line = ''] = fixture('realtime-data-collection.jsonl').toString().split('\n');
    const text = Buffer.from(
      Array.from({ length: 10_000 }, (_, index) => line.replace('F000', `F${index}`)).join('\n'),
    );
    const startedMs = performance.now();
    const { features, rejects } = decodeManifest(text, 'manifest.jsonl');
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(features).toHaveLength(10_000);
    expect(rejects).toEqual([]);
  });

  it.each<[string, string]>([
    ['open braces', '{\n'],
    ['open braces on one line', '{'],
    ['empty objects', '{}'],
    ['open lists', '[\n'],
    ['open lists on one line', '['],
    ['quotes', '"\n'],
    ['open objects with a text', '{"a":"\n'],
    ['newlines', '\n'],
    ['commas', ','],
    ['zeros', '0,'],
    ['letters', 'x\n'],
    ['nothing', '\0'],
    ['half objects', ' {"a":{\n "b":1}\n'],
    ['backslashes', '{"\\'],
  ])('is given up soon where it is nothing but %s', (_name, piece) => {
    const length = 2 * 1024 * 1024;
    const bytes = Buffer.from(piece.repeat(Math.ceil(length / piece.length)));
    const startedMs = performance.now();
    const { features, rejects } = decodeManifest(bytes, 'manifest.jsonl');
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(features).toEqual([]);
    expect(rejects.length).toBeGreaterThan(0);
    expect(rejects.length).toBeLessThanOrEqual(1001);
  });

  it('says once that there is more where most lines are not used', () => {
    const text = `${'nonsense\n'.repeat(2000)}${F('a')}`;
    const { rejects, features } = decode(text);
    expect(rejects).toHaveLength(1001);
    expect(rejects.at(-1)).toMatchObject({ reason: 'too_many', line: 1001 });
    expect(features).toEqual([]);
  });

  it('keeps the features of lines whose statuses it does not know, and says so a thousand times', () => {
    const text = Array.from({ length: 3000 }, (_, index) => F(`f${index}`, { status: 'odd' }));
    const { features, rejects } = decode(text.join('\n'));
    expect(features).toHaveLength(3000);
    expect(rejects.filter(({ reason }) => reason === 'plan_status')).toHaveLength(1000);
    expect(rejects.at(-1)?.reason).toBe('too_many');
  });
});

describe('any bytes', () => {
  const anyValue = fc.oneof(fc.json(), fc.string(), fc.constantFrom('{', '}', '[', ']', ',', '"'));
  const line = fc.oneof(
    anyValue,
    fc
      .record({ id: fc.oneof(fc.string(), fc.integer()), status: fc.jsonValue() })
      .map((one) => JSON.stringify(one)),
    fc
      .dictionary(
        fc.constantFrom('id', 'status', '__proto__', 'file', 'depends_on'),
        fc.jsonValue(),
      )
      .map((one) => JSON.stringify(one, null, 1)),
  );
  const file = fc.constantFrom<ManifestName>('manifest.jsonl', 'features.json');

  it('give features with ids of their own and rejects that lie in the file', () => {
    fc.assert(
      fc.property(
        fc.array(line),
        fc.constantFrom('\n', '\r\n', '', ' '),
        file,
        (lines, end, name) => {
          const bytes = Buffer.from(lines.join(end));
          const { features, rejects } = decodeManifest(bytes, name);
          expect(new Set(features.map(({ id }) => id)).size).toBe(features.length);
          for (const { offsetBytes, lengthBytes } of rejects)
            expect(offsetBytes + lengthBytes).toBeLessThanOrEqual(bytes.length);
          if (features.length === 0) expect(rejects.length).toBeGreaterThan(0);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), file, (bytes, name) => {
        decodeManifest(Buffer.from(bytes), name);
      }),
    );
  });

  it('that are added at the end take no feature away', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,5}$/)), line, (names, garbage) => {
        const text = names.map((name) => `${F(name)}\n`).join('');
        expect(ids(text + garbage)).toEqual(expect.arrayContaining([...new Set(names)]));
      }),
    );
  });

  it('that are cut at the end take no line before away', () => {
    const text = `${F('a')}\n${pretty('b')}\n${F('c')}\n${pretty('d')}\n`;
    for (let length = 0; length <= text.length; length++) {
      const found = ids(text.slice(0, length));
      expect(['a', 'b', 'c', 'd'].slice(0, found.length)).toEqual(found);
    }
  });
});
