import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
