import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS, openStore, STORE_FILE } from '../../../src/store/open.ts';
import { WriteStore } from '../../../src/store/write-store.ts';
import {
  AT_MS,
  batch,
  createIngestFixture,
  type IngestFixture,
  prompt,
  request,
  toolCall,
} from '../ingest-fixture.ts';
import { archiveOf, restoreFrom } from './restored-store.ts';
import { wholeStateOf } from './whole-state.ts';

let fixture: IngestFixture;
beforeEach(() => {
  fixture = createIngestFixture();
});
afterEach(() => fixture.remove());

const logged = (): void => {
  while (fixture.store.logDocuments().isMore);
};

describe('a store that is built from an archive', () => {
  it('is the old one, column by column', () => {
    fixture.commit(
      batch([
        request(),
        request({ key: 'short', sessionId: 'session-2', model: 'nobody-knows-this-model' }),
        request({ key: 'line:9', messageId: null, speed: 'fast', stopReason: 'max_tokens' }),
        toolCall(),
        prompt(),
        {
          kind: 'session_fact',
          sessionId: 'session-1',
          name: 'version',
          value: '2.1',
          atMs: AT_MS,
        },
        { kind: 'session_activity', sessionId: 'session-1', stretchesMs: [AT_MS, AT_MS + 5] },
        {
          kind: 'subagent',
          agentId: 'agent-1',
          sessionId: 'session-1',
          agentType: 'explore',
          toolUseId: null,
          parentAgentId: null,
          spawnDepth: 1,
          background: false,
        },
      ]),
    );
    // Read from another file too, and known better later.
    fixture.commit(batch([request({ outputTokens: 99, line: 4 })], { path: '/claude/copy.jsonl' }));
    logged();
    using restored = restoreFrom(archiveOf(fixture.home));
    expect(restored.counts).toMatchObject({ rejected: 0, reasons: [] });
    expect(wholeStateOf(restored.store.db)).toEqual(wholeStateOf(fixture.db));
  });

  it('is one of an earlier version too, once it was brought up to date', () => {
    const home = mkdtempSync(path.join(tmpdir(), 'hall-monitor-earlier-'));
    const file = path.join(home, STORE_FILE);
    try {
      const old = new Database(file);
      for (const name of MIGRATIONS.slice(0, 3))
        old.exec(
          readFileSync(new URL(`../../../src/store/migrations/${name}`, import.meta.url), 'utf8'),
        );
      old.exec(EARLIER);
      old.pragma('user_version = 3');
      old.close();
      const store = new WriteStore(openStore(home));
      while (store.logDocuments().isMore);
      using restored = restoreFrom(archiveOf(home));
      const { tally: _tally, ...state } = wholeStateOf(restored.store.db);
      const { tally: _other, ...before } = wholeStateOf(store.db);
      expect(restored.counts.rejected).toBe(0);
      // This one's sums were never made.
      for (const table of [
        'request',
        'request_copy',
        'session_fact',
        'activity',
        'origin',
        'hook_event',
        'plan',
        'plan_feature',
      ])
        expect([table, state[table]]).toEqual([table, before[table]]);
      expect(state['request_copy']).toHaveLength(2);
      store.db.close();
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe('how far a file was read', () => {
  const read = (message: number, position: string): void => {
    const told = batch([request({ key: `msg_${message}`, line: message })]);
    const checkpoint = { position, sessionId: 'session-1', lines: message, bytes: message };
    fixture.commit({ ...told, checkpoint });
  };
  const archived = (toSeq: number) => archiveOf(fixture.home).filter(({ seq }) => seq <= toSeq);
  const lastSeq = (): number =>
    Number(fixture.db.prepare('SELECT max(seq) FROM event').pluck().get());
  const restoredPosition = (lines: ReturnType<typeof archived>, archivedSeq: number): unknown => {
    const identity = { isOwn: true, isWhole: true, archivedSeq };
    using restored = restoreFrom(lines, undefined, identity);
    return restored.store.db.prepare('SELECT position FROM origin').pluck().get();
  };

  it('comes back where the archive has all that was read before', () => {
    read(1, 'one');
    logged();
    expect(restoredPosition(archived(lastSeq()), lastSeq())).toBe('one');
  });

  it('does not where something was read that the archive does not know', () => {
    read(1, 'one');
    logged();
    const reached = lastSeq();
    read(2, 'two');
    // The line of the origin is read after that, and what came with it is not archived.
    expect(restoredPosition(archived(reached), reached)).toBe('');
    logged();
    expect(restoredPosition(archived(reached), reached)).toBe('');
    expect(restoredPosition(archived(lastSeq()), lastSeq())).toBe('two');
  });

  it('is the earlier one where only the beginning of what came later is archived', () => {
    read(1, 'one');
    logged();
    const lines = archived(lastSeq());
    read(2, 'two');
    const later = archived(lastSeq()).filter(({ seq }) => !lines.some((line) => line.seq === seq));
    expect(restoredPosition([...lines, ...later], lastSeq())).toBe('one');
  });
});

/** A request in two files, a session, hooks and a plan, as the version before archives kept them. */
const EARLIER = `
  INSERT INTO session VALUES (1, 's'); INSERT INTO project VALUES (1, '/p'); INSERT INTO model VALUES (1, 'claude-opus-4-5');
  INSERT INTO origin (id, source, path, first_at_ms, written_at_ms, session) VALUES (1, 'transcript', '/a', 5, 7.5, 1), (2, 'transcript', '/b', 6, 8, 1);
  INSERT INTO request VALUES (1, 'msg_1', 'req_1', 1, 1, 1, 1, 2, 3, 0, 0, NULL, 10, 20, 1, 2, 3, 4, 5, 0, 0, 1, 0, 5, 50, 1, 2, 0, NULL, 4);
  INSERT INTO request_copy VALUES (1, 1), (1, 2);
  INSERT INTO event (kind, ref, revision) VALUES (0, 1, 0), (0, 1, 4);
  INSERT INTO session_fact VALUES (1, 'version', '2.1', 9);
  INSERT INTO activity VALUES (1, 2, '[10,20]', 20);
  INSERT INTO hook_event VALUES ('Stop', 'user', 3, 30);
  INSERT INTO plan VALUES (1, 'k', 'shop', '/p', '/p/dev/active/shop', 'active', 1, 1, 10, 1);
  INSERT INTO plan_activation VALUES (1, 1, 1, 10, 'plan_created', 0, NULL, NULL);
  INSERT INTO plan_feature VALUES (1, 1, 1, 'F1', 'F1', 0, NULL, NULL, '{}', 'pending', NULL, 0, NULL, NULL);`;
