import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPruning } from '../../src/cli/pruning.ts';
import {
  AT_MS,
  batch,
  createIngestFixture,
  type IngestFixture,
  request,
} from '../pipeline/ingest-fixture.ts';

const DAY_MS = 86_400_000;

let fixture: IngestFixture;
let nowMs: number;
let ranMs: number;
let names: readonly string[] | null;
let lost: Record<string, number>;

/** A request a day, the newest one now, the oldest one told last. */
const fill = (days: number): void => {
  for (let day = 1; day <= days; day++) {
    const atMs = nowMs - (day - 1) * DAY_MS;
    fixture.commit(batch([request({ key: `msg_${day}`, atMs, endMs: atMs })]));
  }
  fixture.store.cursors.move('archive', days - 1, 0);
};
const left = (): number => Number(fixture.db.prepare('SELECT count(*) FROM request').pluck().get());
const prune = (backlogBytes = 0): void => {
  const step = createPruning({
    store: fixture.store,
    prune: (limits) => fixture.store.prune(limits),
    retention: { hotDays: 30, backlogBytes },
    clocks: { now: () => nowMs, monotonicMs: () => ranMs },
    exporters: () => names,
    onDropped: (exporter, lines) => {
      lost[exporter] = (lost[exporter] ?? 0) + lines;
    },
  });
  while (step());
};

beforeEach(() => {
  fixture = createIngestFixture();
  fixture.store.settle();
  nowMs = AT_MS;
  ranMs = 0;
  names = ['archive'];
  lost = {};
});
afterEach(() => fixture.remove());

describe('what is too old', () => {
  it('leaves after the days that are set', () => {
    fill(40);
    prune();
    // One of them is as old as may be, and the very last line of the log stays.
    expect(left()).toBe(30 + 1 + 1);
  });

  it('stays while no archive is kept, and while nobody knows whether one is', () => {
    fill(40);
    names = [];
    prune();
    names = null;
    prune();
    expect(left()).toBe(40);
  });

  it('stays where the clock jumps a year ahead, by itself or with new entries', () => {
    fill(40);
    prune();
    const stayed = left();
    nowMs += 365 * DAY_MS;
    prune();
    expect(left()).toBe(stayed);
    fixture.commit(batch([request({ key: 'msg_future', atMs: nowMs, endMs: nowMs })]));
    prune();
    expect(left()).toBe(stayed + 1);
  });

  it('leaves where the clock was right after all, when that has lasted for a day', () => {
    fill(40);
    prune();
    nowMs += 365 * DAY_MS;
    fixture.commit(batch([request({ key: 'msg_future', atMs: nowMs, endMs: nowMs })]));
    fixture.store.cursors.move('archive', 1_000, 0);
    const step = createPruning({
      store: fixture.store,
      prune: (limits) => fixture.store.prune(limits),
      retention: { hotDays: 30, backlogBytes: 0 },
      clocks: { now: () => nowMs, monotonicMs: () => ranMs },
      exporters: () => names,
      onDropped: () => undefined,
    });
    while (step());
    ranMs += DAY_MS + 1;
    nowMs += DAY_MS + 1;
    while (step());
    expect(left()).toBe(1);
  });

  it('waits for an exporter that is behind only as far as there is room, and says what it lost', () => {
    fill(40);
    names = ['archive', 'otlp-logs'];
    prune(1e9);
    expect(left()).toBe(40);
    expect(lost).toEqual({});
    prune(0);
    expect(left()).toBe(32);
    expect(lost).toEqual({ 'otlp-logs': 8 });
  });
});
