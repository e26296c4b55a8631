import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HotLimits } from '../../src/store/hot-window.ts';
import {
  AT_MS,
  batch,
  createIngestFixture,
  type IngestFixture,
  prompt,
  request,
  toolCall,
} from './ingest-fixture.ts';
import { archiveOf, restoreFrom } from './restore/restored-store.ts';
import { wholeStateOf } from './restore/whole-state.ts';
import { sumsOf } from './store-state.ts';
import { tellLines, told } from './told-lines.ts';

const DAY_MS = 86_400_000;

let fixture: IngestFixture;
beforeEach(() => {
  fixture = createIngestFixture();
});
afterEach(() => fixture.remove());

const lastSeq = (): number =>
  Number(fixture.db.prepare('SELECT max(seq) FROM event').pluck().get());
const count = (table: string): number =>
  Number(fixture.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());

/** Prunes to the end of the log; returns what each exporter lost. */
const prune = (limits: Partial<HotLimits> = {}): Record<string, number> => {
  const dropped: Record<string, number> = {};
  const all: HotLimits = {
    cutoffMs: Number.MAX_SAFE_INTEGER,
    archivedSeq: lastSeq(),
    cursors: new Map(),
    backlogBytes: 0,
    lines: 3,
    ...limits,
  };
  for (let isMore = true; isMore;) {
    const pruned = fixture.store.prune(all);
    isMore = pruned.isMore;
    for (const [name, lines] of pruned.dropped) dropped[name] = (dropped[name] ?? 0) + lines;
  }
  return dropped;
};

/** Days of one request, one call and one prompt each. */
const days = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => {
    const day = from + index;
    const atMs = AT_MS + day * DAY_MS;
    return batch([
      request({ key: `msg_${day}`, atMs, endMs: atMs }),
      toolCall({ key: `toolu_${day}`, callAtMs: atMs, resultAtMs: atMs + 5 }),
      prompt({ key: `prompt:${day}`, atMs }),
    ]);
  });

describe('rows that leave the store', () => {
  it('are those that are older than the window and that the archive holds', () => {
    fixture.commit(...days(0, 10));
    const before = sumsOf(fixture.db).kept;
    prune({ cutoffMs: AT_MS + 5 * DAY_MS });
    expect([count('request'), count('tool_call'), count('occurrence')]).toEqual([5, 5, 5]);
    expect(count('event')).toBe(15);
    expect(sumsOf(fixture.db).kept).toEqual(before);
  });

  it('are not looked for in the log while none is old enough', () => {
    fixture.commit(...days(0, 4));
    const step = (cutoffMs: number): readonly unknown[] => [
      fixture.store.prune({
        cutoffMs,
        archivedSeq: lastSeq(),
        cursors: new Map(),
        backlogBytes: 0,
        lines: 3,
      }).isMore,
      fixture.db.prepare('SELECT seq FROM hot_window').pluck().get(),
    ];
    expect(step(AT_MS)).toEqual([false, 0]);
    expect(step(AT_MS + 1)).toEqual([true, 3]);
  });

  it('stay while the archive is behind', () => {
    fixture.commit(...days(0, 4));
    prune({ archivedSeq: 0 });
    expect(count('request')).toBe(4);
    prune({ archivedSeq: 2 });
    expect(count('request')).toBe(2);
  });

  it('are told of again without being counted again, and that is counted', () => {
    fixture.commit(...days(0, 4));
    const before = sumsOf(fixture.db).kept;
    prune();
    fixture.reopen();
    fixture.commit(...days(0, 5));
    const sums = sumsOf(fixture.db).kept;
    expect(sums['total_request']).not.toEqual(before['total_request']);
    const tally = fixture.db
      .prepare(`SELECT name, value FROM tally WHERE name IN ('pruned', 'duplicates') ORDER BY name`)
      .raw()
      .all();
    // The newest row of each table is still there, and told again.
    expect(tally).toEqual([
      ['duplicates', 12],
      ['pruned', 9],
    ]);
    const requests = fixture.db.prepare('SELECT sum(requests) FROM total_request').pluck().get();
    expect(requests).toBe(5);
  });

  it('never give their numbers to others', () => {
    fixture.commit(...days(0, 3));
    const seq = lastSeq();
    prune();
    fixture.reopen();
    fixture.commit(...days(3, 4));
    expect(
      fixture.db.prepare('SELECT min(seq) FROM event WHERE kind = 0 AND seq > ?').pluck().get(seq),
    ).toBe(seq + 1);
    expect(fixture.db.prepare('SELECT max(id) FROM request').pluck().get()).toBe(4);
  });

  it('change no sum, and an archive brings them back, whatever was told', () => {
    fc.assert(
      fc.property(told, ({ lines, shuffled, sizes, settleAfter }) => {
        const one = createIngestFixture();
        try {
          tellLines(one, shuffled, { sizes, settleAfter });
          while (one.store.logDocuments().isMore);
          const whole = wholeStateOf(one.db);
          const before = sumsOf(one.db).kept;
          const archive = archiveOf(one.home);
          const archivedSeq = Number(
            one.db.prepare('SELECT coalesce(max(seq), 0) FROM event').pluck().get(),
          );
          const limits = {
            cutoffMs: Number.MAX_SAFE_INTEGER,
            archivedSeq,
            cursors: new Map(),
            backlogBytes: 0,
            lines: 4,
          };
          while (one.store.prune(limits).isMore);
          expect(sumsOf(one.db).kept).toEqual(before);
          using restored = restoreFrom(archive);
          expect(wholeStateOf(restored.store.db)).toEqual(whole);
          // Read again from the beginning, in another order.
          one.reopen();
          tellLines(one, lines, { sizes, settleAfter });
          expect(sumsOf(one.db).kept).toEqual(before);
        } finally {
          one.remove();
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('rows that an exporter has not sent', () => {
  it('stay while there is room for them', () => {
    fixture.commit(...days(0, 6));
    const cursors = new Map([['otlp-logs', 9]]);
    expect(prune({ cursors, backlogBytes: 1e9 })).toEqual({});
    expect(count('request') + count('tool_call') + count('occurrence')).toBe(9 + 1);
  });

  it('go, the oldest first, where there is not, and each is counted for the exporter that lost it', () => {
    fixture.commit(...days(0, 20));
    const perLine =
      Number(
        fixture.db
          .prepare('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')
          .pluck()
          .get(),
      ) / count('event');
    const seq = lastSeq();
    const cursors = new Map([
      ['otlp-logs', 0],
      ['clickhouse', seq],
    ]);
    const dropped = prune({ cursors, backlogBytes: perLine * 10 });
    const left = count('request') + count('tool_call') + count('occurrence');
    expect(Object.keys(dropped)).toEqual(['otlp-logs']);
    expect(dropped['otlp-logs']).toBe(60 - left);
    expect(left).toBeLessThan(60);
    const tally = fixture.db
      .prepare(`SELECT label, value FROM tally WHERE name = 'export_dropped'`)
      .raw()
      .all();
    expect(tally).toEqual([['otlp-logs quota', 60 - left]]);
  });
});
