import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/store/columns.ts';
import { RowInserter } from '../../src/store/row-inserter.ts';

const COLUMNS = ['name', 'kind', 'size', 'note'];

const createInserter = (suffix?: string) => {
  const db = new Database(':memory:');
  db.exec(
    'CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, kind TEXT, size INTEGER, note TEXT) STRICT',
  );
  const usual = [undefined, "it's", 0, null];
  const inserter = new RowInserter(db, {
    table: 'thing',
    columns: COLUMNS,
    usual,
    ...(suffix !== undefined && { suffix }),
  });
  const rows = () => db.prepare('SELECT name, kind, size, note FROM thing ORDER BY id').raw().all();
  return { inserter, rows };
};

const row = fc.tuple(
  fc.uuid(),
  fc.constantFrom<Value>("it's", 'other', null),
  fc.constantFrom<Value>(0, 1, 2 ** 50, null),
  fc.constantFrom<Value>(null, '', "it's"),
);

describe('RowInserter', () => {
  it('writes all rows in order, whatever is usual in them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(row, { maxLength: 40, selector: ([name]) => name }), (given) => {
        const { inserter, rows } = createInserter();
        for (const values of given) inserter.add(values);
        inserter.flush();
        expect(inserter.waiting).toBe(0);
        expect(rows()).toEqual(given);
      }),
      { numRuns: 100 },
    );
  });

  it('writes rows that wait only when it is asked to', () => {
    const { inserter, rows } = createInserter();
    inserter.add(['a', "it's", 0, null]);
    expect(inserter.waiting).toBe(1);
    expect(rows()).toEqual([]);
    inserter.flush();
    inserter.flush();
    expect(rows()).toEqual([['a', "it's", 0, null]]);
  });

  it('forgets the rows that wait, and those that the database refused', () => {
    const { inserter, rows } = createInserter();
    inserter.add(['a', 'x', 1, 'note']);
    inserter.forget();
    inserter.add(['b', "it's", 0, null]);
    inserter.add(['b', "it's", 0, null]);
    expect(() => inserter.flush()).toThrow('UNIQUE');
    inserter.flush();
    expect(rows()).toEqual([['b', "it's", 0, null]]);
  });

  it('binds everything where there are too many shapes', () => {
    const db = new Database(':memory:');
    const columns = Array.from({ length: 8 }, (_, index) => `c${index}`);
    db.exec(`CREATE TABLE wide (${columns.join(', ')})`);
    const inserter = new RowInserter(db, { table: 'wide', columns, usual: columns.map(() => 0) });
    const given = Array.from({ length: 256 }, (_, mask) =>
      columns.map((__, bit) => (mask >> bit) & 1),
    );
    for (const values of given) {
      inserter.add(values);
      inserter.flush();
    }
    expect(db.prepare('SELECT * FROM wide').raw().all()).toEqual(given);
  });

  it('puts its suffix behind all rows', () => {
    const { inserter, rows } = createInserter(
      'ON CONFLICT (name) DO UPDATE SET size = size + excluded.size',
    );
    for (let index = 0; index < 20; index += 1) inserter.add(['a', "it's", index, null]);
    inserter.flush();
    expect(rows()).toEqual([['a', "it's", 190, null]]);
  });
});
