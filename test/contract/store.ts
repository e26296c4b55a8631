import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import type { Batch, MonitorRecord } from '../../src/records/record.ts';
import type { StoreReader, StoreWriter } from '../../src/store/store.ts';
import { entryOf } from '../support/stored-entry.ts';

/** A store that is open: its writer, and what an exporter reads of it. */
export interface OpenedStore {
  readonly writer: StoreWriter;
  readonly reader: StoreReader;
  /** Everything it holds, however it is kept. */
  readonly contents: () => unknown;
  /** Makes every write of this kind of record fail with `database or disk is full`, until it is mended. */
  readonly failOn: (kind: 'occurrence') => { readonly mend: () => void };
  readonly close: () => void;
}

/** Makes stores; `open` opens the same one again after it was closed. */
export interface StoreMaker extends Disposable {
  readonly open: () => OpenedStore;
}

const SESSION = '5cb6b27a-9207-463e-83c6-3b402ee1bda6';
const AT_MS = Date.parse('2026-11-20T10:00:00.000Z');

const request = (number: number, more: Partial<ApiRequestRecord> = {}): ApiRequestRecord => ({
  kind: 'api_request',
  key: `msg_01Contract00000000${number}`,
  messageId: `msg_01Contract00000000${number}`,
  requestId: null,
  sessionId: SESSION,
  project: '/home/dev/project',
  requester: 'main',
  agentId: null,
  model: 'claude-opus-5-5',
  atMs: AT_MS + number,
  endMs: AT_MS + number,
  stopReason: 'end_turn',
  final: true,
  refusedBeforeOutput: false,
  reportedCostUsd: null,
  effort: null,
  line: number,
  offsetBytes: number * 100,
  inputTokens: 10,
  outputTokens: 5,
  cacheReadInputTokens: 0,
  cacheCreation5mInputTokens: 0,
  cacheCreation1hInputTokens: 0,
  webSearchRequests: 0,
  thinkingTokens: 0,
  speed: 'standard',
  inferenceGeo: null,
  serviceTier: null,
  iterations: [],
  ...more,
});
const prompt = (number: number): MonitorRecord => ({
  kind: 'occurrence',
  key: `prompt:${number}`,
  type: 'user_prompt',
  category: 'user',
  sessionId: SESSION,
  project: '/home/dev/project',
  agentId: null,
  atMs: AT_MS + number,
  data: '{}',
  line: number,
  offsetBytes: 0,
});
const call = (number: number): MonitorRecord => ({
  kind: 'tool_call',
  key: `toolu_01Contract000000${number}`,
  toolUseId: `toolu_01Contract000000${number}`,
  sessionId: SESSION,
  project: '/home/dev/project',
  agentId: null,
  tool: 'Read',
  requestKey: null,
  callAtMs: AT_MS + number,
  resultAtMs: null,
  success: null,
  errorClass: null,
  durationMs: null,
  durationSource: null,
  inputBytes: 2,
  resultBytes: null,
  filePath: null,
  command: null,
  planPath: null,
  planEdit: null,
  linesAdded: null,
  linesRemoved: null,
  startedAgentId: null,
  line: number,
  offsetBytes: 0,
});
const batch = (records: readonly MonitorRecord[], position: string): Batch => ({
  source: 'transcript',
  origin: { path: '/claude/projects/p/a.jsonl', firstAtMs: AT_MS, writtenAtMs: AT_MS },
  records,
  rejects: [],
  entries: new Map(),
  newestAtMs: AT_MS,
  checkpoint: { position, sessionId: SESSION, lines: records.length, bytes: 100 },
});

/** What every store must do, however it keeps things. */
export function describeStore(name: string, createMaker: () => StoreMaker): void {
  describe(`the store ${name}`, () => {
    let maker: StoreMaker;
    let store: OpenedStore;
    beforeEach(() => {
      maker = createMaker();
      store = maker.open();
    });
    afterEach(() => {
      store.close();
      maker[Symbol.dispose]();
    });

    const commit = (position: string, ...records: readonly MonitorRecord[]) =>
      store.writer.commit([batch(records, position)]);
    const seqs = (): readonly number[] => store.reader.after(0, 1000).map(({ seq }) => seq);
    const revisions = (): readonly number[] =>
      store.reader.after(0, 1000).map((stored) => entryOf(stored).revision);
    const upTo = (count: number): readonly number[] =>
      Array.from({ length: count }, (_, index) => index + 1);

    it('is empty at first', () => {
      expect(store.reader.lastSeq()).toBe(0);
      expect(seqs()).toEqual([]);
      expect(store.writer.origins('transcript')).toEqual([]);
    });

    it('keeps records and the position after them together', () => {
      const { lastSeq, duplicates } = commit('a', request(1), call(1), prompt(1));
      expect({ lastSeq, duplicates }).toEqual({ lastSeq: 3, duplicates: 0 });
      expect(store.writer.origins('transcript')).toEqual([
        { path: '/claude/projects/p/a.jsonl', position: 'a' },
      ]);
      expect(store.writer.origins('hook')).toEqual([]);
      expect(store.reader.lastSeq()).toBe(3);
    });

    it('keeps nothing at all where a part of it cannot be kept', () => {
      commit('a', request(1), prompt(1));
      const before = store.contents();
      store.failOn('occurrence');
      expect(() =>
        commit('b', request(1, { outputTokens: 99 }), request(2), call(1), prompt(2)),
      ).toThrow('full');
      expect(store.contents()).toEqual(before);
      expect(store.writer.origins('transcript')).toEqual([
        { path: '/claude/projects/p/a.jsonl', position: 'a' },
      ]);
    });

    it('goes on after a failure as if nothing had been', () => {
      const disk = store.failOn('occurrence');
      expect(() => commit('a', request(1), call(1), prompt(1))).toThrow('full');
      disk.mend();
      commit('a', request(1), call(1), prompt(1));
      expect(seqs()).toEqual(upTo(3));
      expect(revisions()).toEqual([0, 0, 0]);
    });

    it('adds nothing for what is known', () => {
      commit('a', request(1), call(1), prompt(1));
      const before = store.contents();
      expect(commit('a', request(1), call(1), prompt(1))).toEqual({ lastSeq: 3, duplicates: 3 });
      expect(store.contents()).toEqual(before);
      expect(seqs()).toEqual(upTo(3));
    });

    it('adds nothing for what stands twice in one commit', () => {
      expect(commit('a', request(1), request(1), prompt(1), prompt(1))).toEqual({
        lastSeq: 2,
        duplicates: 2,
      });
      expect(revisions()).toEqual([0, 0]);
    });

    it('tells again, with a higher revision, what it knows better now', () => {
      commit('a', request(1), request(2));
      commit('b', request(1, { outputTokens: 50, line: 9 }));
      const told = store.reader.after(2, 10);
      expect(told).toMatchObject([
        { seq: 3, entry: { revision: 1, tokens: { output_tokens: 50 } } },
      ]);
      expect(store.reader.after(0, 1).map((stored) => entryOf(stored).id)).toEqual(
        told.map((stored) => entryOf(stored).id),
      );
    });

    it('tells once what changed several times in one commit', () => {
      commit('a', request(1));
      commit(
        'b',
        request(1, { outputTokens: 6, line: 2 }),
        request(1, { outputTokens: 7, line: 3 }),
      );
      expect(store.reader.after(1, 10)).toMatchObject([
        { seq: 2, entry: { revision: 1, tokens: { output_tokens: 7 } } },
      ]);
    });

    it('numbers what it tells without a gap, over commits, failures and reopening', () => {
      for (let number = 1; number <= 5; number++) {
        commit(`${number}`, request(number), call(number), prompt(number));
        store.failOn('occurrence');
        expect(() => commit('x', request(100 + number), prompt(100 + number))).toThrow('full');
        store.close();
        store = maker.open();
      }
      expect(seqs()).toEqual(upTo(15));
      expect(store.reader.lastSeq()).toBe(15);
    });

    it('tells a page at a time, and nothing twice', () => {
      commit('a', ...upTo(10).map((number) => request(number)));
      const pages = [0, 4, 8, 12].map((seq) =>
        store.reader.after(seq, 4).map((stored) => stored.seq),
      );
      expect(pages).toEqual([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10], []]);
    });

    it('is the same after it was closed and opened', () => {
      commit('a', request(1), call(1), prompt(1));
      commit('b', request(1, { outputTokens: 50, line: 4 }), request(2));
      const before = store.contents();
      const told = store.reader.after(0, 100);
      store.close();
      store = maker.open();
      expect(store.contents()).toEqual(before);
      expect(store.reader.after(0, 100)).toEqual(told);
      expect(commit('b', request(1), request(2), call(1), prompt(1)).duplicates).toBe(4);
    });
  });
}
