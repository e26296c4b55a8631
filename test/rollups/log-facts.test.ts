import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFacts } from '../../src/rollups/log-facts.ts';
import { sessionRecords } from '../../src/rollups/session-records.ts';
import { storeIdentity } from '../../src/rollups/store-identity.ts';
import { createExportLog, type ExportLog } from '../pipeline/export-log.ts';
import { AT_MS, batch, request, toolCall } from '../pipeline/ingest-fixture.ts';

let log: ExportLog;
beforeEach(() => {
  log = createExportLog();
});
afterEach(() => log.remove());

const db = () => log.deps.reader.db;
const didAt = (minute: number, sessionId = 'session-1') =>
  toolCall({
    key: `toolu_${sessionId}_${minute}`,
    sessionId,
    requestKey: null,
    callAtMs: AT_MS + minute * 60_000,
    resultAtMs: AT_MS + minute * 60_000 + 1,
  });
const askedAt = (minute: number, sessionId = 'session-1') =>
  request({
    key: `msg_${sessionId}_${minute}`,
    sessionId,
    atMs: AT_MS + minute * 60_000,
    endMs: AT_MS + minute * 60_000,
  });

describe('what stands around a line of the log', () => {
  it('counts the calls before a request in its own session, whatever came when', () => {
    log.commit(batch([askedAt(10), didAt(1, 'session-2'), didAt(9)]));
    log.commit(batch([didAt(11), didAt(3), askedAt(2)]));
    const { requests } = logFacts(db(), 1, 100);
    const earlier = [...requests.values()].map(({ earlierCalls }) => earlierCalls);
    expect(earlier.toSorted((a, b) => a - b)).toEqual([0, 2]);
  });

  it('tells only of the lines that are asked about, though all calls count', () => {
    log.commit(batch([didAt(1), askedAt(2)]));
    const seq = log.deps.reader.lastSeq();
    log.commit(batch([askedAt(3), didAt(4)]));
    const { requests, repeatedFiles } = logFacts(db(), seq + 1, seq + 2);
    expect([...requests.keys()].every((one) => one > seq)).toBe(true);
    expect([...requests.values()]).toMatchObject([{ earlierCalls: 1, earlierFiles: 1 }]);
    expect(repeatedFiles.size).toBe(1);
  });

  it('is nothing for an empty log', () => {
    expect(logFacts(db(), 0, 0)).toEqual({ requests: new Map(), repeatedFiles: new Set() });
  });
});

describe('sessions by their ids', () => {
  it('are told in full, however many are asked for, and unknown ones not at all', () => {
    const ids = Array.from({ length: 900 }, (_, index) => `session-${index}`);
    log.commit(batch(ids.map((id) => askedAt(1, id))));
    const told = sessionRecords(db(), [...ids, 'never-heard-of'], AT_MS);
    expect(told.map(({ session_id: id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(told.every(({ messages }) => messages === 1)).toBe(true);
  });
});

describe('the identity of a store', () => {
  it('is its own, and stays', () => {
    const { id, madeAtMs } = storeIdentity(db());
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(madeAtMs).toBeGreaterThan(AT_MS - 1e12);
    expect(storeIdentity(db())).toEqual({ id, madeAtMs });
  });
});
