import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { Sums } from '../../src/store/sums.ts';

let db: Database.Database;
let sums: Sums;
let total: Sums;
beforeEach(() => {
  db = new Database(':memory:');
  db.exec(`CREATE TABLE by_slot (slot INTEGER, session INTEGER, tool INTEGER, calls INTEGER, ms INTEGER,
             PRIMARY KEY (slot, session, tool)) STRICT, WITHOUT ROWID;
           CREATE TABLE by_tool (tool INTEGER PRIMARY KEY, calls INTEGER, ms INTEGER) STRICT;`);
  const values = ['calls', 'ms'];
  total = new Sums(db, { table: 'by_tool', keys: ['tool'], values });
  sums = new Sums(db, { table: 'by_slot', keys: ['slot', 'session', 'tool'], values, total });
});

const add = (key: readonly number[], calls: number, ms: number): void => {
  const at = sums.at(key);
  at[sums.offset]! += calls;
  at[sums.offset + 1]! += ms;
};
const flush = (): void => {
  sums.flush();
  total.flush();
};
const rows = (table: string) => db.prepare(`SELECT * FROM ${table}`).raw().all();

describe('Sums', () => {
  it('adds what was gathered to what is there, and to the total', () => {
    add([2, 1, 9], 1, 10);
    add([1, 1, 9], 1, 20);
    add([2, 1, 9], 1, 30);
    flush();
    add([2, 1, 9], -1, -10);
    add([2, 1, 8], 4, 0);
    flush();
    expect(rows('by_slot')).toEqual([
      [1, 1, 9, 1, 20],
      [2, 1, 8, 4, 0],
      [2, 1, 9, 1, 30],
    ]);
    expect(rows('by_tool')).toEqual([
      [8, 4, 0],
      [9, 2, 50],
    ]);
  });

  it('writes no row for what came to nothing', () => {
    add([1, 1, 9], 1, 5);
    add([1, 1, 9], -1, -5);
    flush();
    expect(rows('by_slot')).toEqual([]);
  });

  it('keeps thousands of keys apart', () => {
    for (let slot = 0; slot < 40; slot += 1) {
      for (let session = 0; session < 100; session += 1)
        add([slot * 65_536, session * 4_096, slot], 1, session);
    }
    flush();
    expect(db.prepare('SELECT count(*), sum(calls), sum(ms) FROM by_slot').raw().get()).toEqual([
      4_000, 4_000, 198_000,
    ]);
    expect(rows('by_tool')).toEqual(Array.from({ length: 40 }, (_, tool) => [tool, 100, 4_950]));
  });

  it('forgets what was gathered', () => {
    add([1, 1, 9], 1, 5);
    sums.forget();
    flush();
    expect(rows('by_slot')).toEqual([]);
    expect(rows('by_tool')).toEqual([]);
  });
});
