import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiErrorKind } from '../../src/records/api-errors.ts';
import {
  MIGRATIONS,
  openCurrentStore,
  openStore,
  openStoreForReading,
  STORE_FILE,
} from '../../src/store/open.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'hall-monitor-outdated-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** A store as the first version made it, with a tool call, a prompt and a dead letter in it. */
const firstStore = (): void => {
  const db = new Database(path.join(home, STORE_FILE));
  const sql = new URL(`../../src/store/migrations/${MIGRATIONS[0]}`, import.meta.url);
  db.exec(readFileSync(sql, 'utf8'));
  db.exec(`
    INSERT INTO session VALUES (1, 's'); INSERT INTO project VALUES (1, '/p'); INSERT INTO tool VALUES (1, 'Bash');
    INSERT INTO origin (id, source, path, written_at_ms) VALUES (1, 'transcript', '/t', 0);
    INSERT INTO tool_call (id, key, session, project, tool, owner, line, source, at_ms, result_at_ms, success)
      VALUES (1, 'a', 1, 1, 1, 1, 1, 0, 10, 20, 1), (2, 'b', 1, 1, 1, 1, 2, 0, 30, NULL, NULL), (3, 'c', 1, 1, NULL, 1, 3, 0, 40, 40, 0);
    UPDATE tool_call SET duration_ms = 10, lines_added = 4, lines_removed = 1 WHERE key = 'a';
    INSERT INTO tool VALUES (2, 'unknown');
    INSERT INTO rollup_tool VALUES (0, 1, 1, 1, 0, 7, 2, 1, 3, 900), (0, 1, 1, 2, 0, 1, 1, 0, 0, 0);
    INSERT INTO total_tool SELECT project, tool, source, calls, failures, denied, timed_calls, duration_ms FROM rollup_tool;
    INSERT INTO occurrence (key, type, category, session, project, owner, line, source, at_ms, data) VALUES
      ('e1', 'api_error', 'api', 1, 1, 1, 5, 0, 50, '{"status":529,"error":"overloaded_error"}'),
      ('e2', 'api_error', 'api', 1, 1, 1, 6, 0, 60, '{"status":529}'),
      ('e3', 'api_error', 'api', 1, 1, 1, 7, 0, 70, '{"status":77,"error":"strange"}'),
      ('e4', 'api_error', 'api', 1, 1, 1, 8, 0, 80, '{"error":"rate_limit"}');
    INSERT INTO dead_letter VALUES (1, '/t', 4, 100, 7, 'invalid_json', 0);
    PRAGMA user_version = 1;`);
  db.close();
};

describe('a store of the first version', () => {
  it('is not read as it is, and says what to do', () => {
    firstStore();
    expect(openCurrentStore(home)).toBeUndefined();
    expect(() => openStoreForReading(home)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('an older version') as string,
        hint: expect.stringContaining('hall-monitor import') as string,
      }),
    );
  });

  it('is brought up to date with all that is in it', () => {
    firstStore();
    const db = openStore(home);
    expect(db.prepare('SELECT key, call_rank, result_rank, seen FROM tool_call').all()).toEqual([
      { key: 'a', call_rank: 0, result_rank: 0, seen: 1 },
      { key: 'b', call_rank: 0, result_rank: null, seen: 1 },
      { key: 'c', call_rank: null, result_rank: 0, seen: 1 },
    ]);
    expect(db.prepare('SELECT path, name, line, reason FROM dead_letter').all()).toEqual([
      { path: '/t', name: '', line: 4, reason: 'invalid_json' },
    ]);
    // Four calls have left, of which three failed or were denied; of the two that are here one has not ended.
    const sums =
      'calls, successes, lines_added, lines_removed, bucketed_ms, took_10_ms, took_50_ms';
    const bash = { calls: 7, successes: 3, lines_added: 4, lines_removed: 1 };
    for (const table of ['rollup_tool', 'total_tool']) {
      expect(db.prepare(`SELECT ${sums} FROM ${table} ORDER BY tool`).all()).toEqual([
        { ...bash, bucketed_ms: 10, took_10_ms: 1, took_50_ms: 0 },
        {
          calls: 1,
          successes: 0,
          lines_added: 0,
          lines_removed: 0,
          bucketed_ms: 0,
          took_10_ms: 0,
          took_50_ms: 0,
        },
      ]);
    }
    const reasons = db
      .prepare<[], { reason: string; count: number }>(
        `SELECT reason, sum(occurrences) AS count FROM rollup_occurrence WHERE type = 'api_error' GROUP BY reason`,
      )
      .all();
    const kinds = new Map<string, number>();
    for (const { reason, count } of reasons) {
      const { status, error } = apiErrorKind(reason);
      const label = `${status}\t${error}`;
      kinds.set(label, (kinds.get(label) ?? 0) + count);
    }
    expect(
      new Map(
        db
          .prepare<[], [string, number]>(`SELECT label, value FROM tally WHERE name = 'api_error'`)
          .raw()
          .all(),
      ),
    ).toEqual(kinds);
    expect(kinds).toEqual(
      new Map([
        ['other\tother', 1],
        ['other\trate_limit', 1],
        ['529\tother', 1],
        ['529\toverloaded_error', 1],
      ]),
    );
    db.close();
    const current = openCurrentStore(home);
    expect(current).toBeDefined();
    current?.close();
  });

  it('is none where there is no store', () => {
    expect(openCurrentStore(home)).toBeUndefined();
    expect(openStoreForReading(home)).toBeUndefined();
  });
});
