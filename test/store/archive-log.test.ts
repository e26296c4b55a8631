import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ARCHIVE_STREAMS } from '../../src/records/archive-line.ts';
import { STORE_FILE } from '../../src/store/open.ts';
import { createReader, type Reader } from '../../src/store/reader.ts';
import {
  AT_MS,
  batch,
  createIngestFixture,
  type IngestFixture,
  prompt,
  request,
  toolCall,
} from '../pipeline/ingest-fixture.ts';

const DAY_MS = 86_400_000;
const DAY_START_MS = Math.floor(AT_MS / DAY_MS) * DAY_MS;

let fixture: IngestFixture;
let reader: Reader;
beforeEach(() => {
  fixture = createIngestFixture();
  for (const day of [0, 1, 2]) {
    const atMs = AT_MS + day * DAY_MS;
    const sessionId = `session-${day}`;
    fixture.commit(
      batch([
        request({ key: `msg_${day}`, sessionId, atMs, endMs: atMs }),
        toolCall({ key: `toolu_${day}`, sessionId, callAtMs: atMs, resultAtMs: atMs + 5 }),
        prompt({ key: `prompt:${day}`, sessionId, atMs }),
        { kind: 'session_activity', sessionId, stretchesMs: [atMs, atMs + 9] },
      ]),
    );
  }
  while (fixture.store.logDocuments().isMore);
  reader = createReader(path.join(fixture.home, STORE_FILE));
});
afterEach(() => {
  reader.close();
  fixture.remove();
});

const all = () => reader.archived(0, 1000).lines;

describe('the log as lines of the archive', () => {
  it('has one line for everything, in order, each a JSON object with its id, revision and seq', () => {
    const lines = all();
    expect(lines.map(({ seq }) => seq)).toEqual(
      lines.map(({ seq }) => seq).toSorted((a, b) => a - b),
    );
    for (const { text, id, revision, seq } of lines) {
      expect(text).not.toContain('\n');
      expect(JSON.parse(text)).toMatchObject({ id, revision, seq });
    }
    expect(Map.groupBy(lines, ({ stream }) => stream).get('requests')).toHaveLength(3);
  });

  it('tells what changed once, with its newest revision', () => {
    fixture.commit(
      batch([request({ key: 'msg_1', sessionId: 'session-1', outputTokens: 99, line: 9 })]),
    );
    const requests = all().filter(({ stream }) => stream === 'requests');
    expect(requests.map(({ revision }) => revision)).toEqual([0, 0, 1]);
    expect(new Set(requests.map(({ id }) => id)).size).toBe(3);
  });

  it('tells a session again when it has changed, and then its last line alone', () => {
    const sessions = (): number => all().filter(({ id }) => id.startsWith('ses_')).length;
    expect(sessions()).toBe(3);
    const atMs = AT_MS + 50;
    fixture.commit(
      batch([{ kind: 'session_activity', sessionId: 'session-0', stretchesMs: [atMs, atMs] }]),
    );
    while (fixture.store.logDocuments().isMore);
    expect(sessions()).toBe(3);
    // What changed nothing is not told.
    const before = reader.lastSeq();
    fixture.commit(
      batch([{ kind: 'session_activity', sessionId: 'session-0', stretchesMs: [atMs, atMs] }]),
    );
    while (fixture.store.logDocuments().isMore);
    const told = reader.archived(before, 100).lines.map(({ id }) => id.slice(0, 4));
    expect(told).toEqual(['org_']);
  });

  it.each(ARCHIVE_STREAMS)('gives the lines of a day of %s back, and no others', (stream) => {
    const lines = all().filter((line) => line.stream === stream);
    for (const day of [0, 1, 2]) {
      const startMs = DAY_START_MS + day * DAY_MS;
      const ofDay = lines.filter(({ atMs }) => atMs >= startMs && atMs < startMs + DAY_MS);
      expect([...reader.archivedDay(stream, startMs, reader.lastSeq())]).toEqual(ofDay);
      expect([...reader.archivedDay(stream, startMs, 3)]).toEqual(
        ofDay.filter(({ seq }) => seq <= 3),
      );
    }
  });

  it('is not heard by those who follow entries', () => {
    const told = reader.after(0, 1000).map((line) => line.seq);
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(reader.after(9, 1000)).toEqual([]);
    expect(reader.current(9, 1000)).toEqual({ lines: [], toSeq: reader.lastSeq() });
  });

  it('knows from when on everything is still there, and how the store is called', () => {
    expect(reader.hotSinceMs()).toBe(Number.NEGATIVE_INFINITY);
    expect(reader.storeId()).toMatch(/^[0-9a-f]{16}$/);
    const cutoffMs = AT_MS + DAY_MS;
    const limits = { cutoffMs, archivedSeq: 9, cursors: new Map(), backlogBytes: 0, lines: 100 };
    while (fixture.store.prune(limits).isMore);
    expect(reader.hotSinceMs()).toBe(cutoffMs);
  });
});
