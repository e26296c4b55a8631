import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { EntryQuery } from '../../src/records/entry-query.ts';
import { ALL_ENTRIES } from '../../src/records/entry-query.ts';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, NINE_MS, SESSION_B } from '../server/serving-store.ts';

const TOOLS = ['Read', 'Bash', 'success', 'Edit', null];
const MODELS = ['claude-opus-5-5', 'claude-haiku-5-5', 'rare'];
let store: ServingStore;
let all: readonly MetricEntry[];

beforeAll(() => {
  store = createServingStore();
  store.db.exec('BEGIN');
  for (let i = 0; i < 400; i += 1) {
    const atMs = NINE_MS + Math.floor(i / 7) * 400_000;
    const where = i % 3 === 0 ? { session: SESSION_B, project: '/home/dev/old/shop' } : {};
    store.request({
      atMs,
      ...where,
      model: i === 50 ? 'rare' : (MODELS[i % 2] ?? ''),
      requester: i % 5 === 0 ? 'subagent' : 'main',
      basis: i % 11 === 0 ? 'unpriced' : i % 7 === 0 ? 'estimated' : 'list',
      final: i % 13 !== 0,
    });
    store.toolCall({
      atMs: atMs + (i % 2),
      ...where,
      tool: TOOLS[i % 5] ?? null,
      success: i % 9 === 0 ? null : i % 4 !== 0,
      ...(i % 8 === 0 && { errorClass: 'denied' }),
    });
    store.occurrence({
      atMs: atMs + (i % 3),
      ...where,
      type: i % 10 === 0 ? 'compaction' : 'user_prompt',
      category: i % 10 === 0 ? 'session' : 'user',
    });
  }
  store.db.exec('COMMIT');
  store.commit();
  all = pages({ ...ALL_ENTRIES, limit: 1_000 });
});

afterAll(() => store[Symbol.dispose]());

function pages(query: EntryQuery): readonly MetricEntry[] {
  const entries: MetricEntry[] = [];
  for (let cursor: string | null = query.cursor; ;) {
    const page = store.reader.entries({ ...query, cursor });
    entries.push(...page.entries);
    if (page.next === null) return entries;
    cursor = page.next;
  }
}

function idsOf(table: string, column: string, names: readonly string[]): number[] {
  return names.flatMap((name) =>
    store.db
      .prepare<[string], number>(`SELECT id FROM ${table} WHERE ${column} = ?`)
      .pluck()
      .all(name),
  );
}

describe('pages of entries', () => {
  it('tell every entry once, newest first', () => {
    expect(all).toHaveLength(1_200);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1_200);
    const times = all.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('tell the same in the other order', () => {
    expect(pages({ ...ALL_ENTRIES, order: 'asc', limit: 1_000 })).toEqual([...all].reverse());
  });

  it.each([1, 7, 100])('tell the same in pages of %i', (limit) => {
    expect(pages({ ...ALL_ENTRIES, limit })).toEqual(all);
    expect(pages({ ...ALL_ENTRIES, order: 'asc', limit })).toEqual([...all].reverse());
  });

  it('fill a page when there is enough', () => {
    expect(store.reader.entries({ ...ALL_ENTRIES, limit: 10 }).entries).toHaveLength(10);
  });

  it('end without a cursor when the last page is full to the brim', () => {
    expect(store.reader.entries({ ...ALL_ENTRIES, limit: 1_200 }).next).toBeNull();
  });

  it('refuse a cursor that they have not given out', () => {
    expect(() => store.reader.entries({ ...ALL_ENTRIES, cursor: "' OR 1=1" })).toThrow(
      'The cursor is not one of ours.',
    );
  });

  const optional = <T>(values: readonly T[]): fc.Arbitrary<T | null> =>
    fc.constantFrom(null, null, ...values);
  const queries = fc.record({
    from: optional([0, 5, 40]),
    to: optional([3, 30, 60]),
    session: optional([SESSION_B, 'nobody']),
    project: optional(['/home/dev/old/shop']),
    model: optional(MODELS),
    source: optional(['transcript', 'hook'] as const),
    eventType: optional([
      'api_response',
      'tool_start',
      'tool_completed',
      'tool_failed',
      'compaction',
      'nothing',
    ]),
    category: optional(['api', 'tool', 'session', 'user'] as const),
    tool: optional(['Read', 'success', 'NoTool']),
    success: optional([true, false]),
    tags: fc.subarray(
      [
        'api',
        'main',
        'not_final',
        'unpriced',
        'estimated_pricing',
        'tool',
        'success',
        'failed',
        'denied',
        'Bash',
        'compaction',
        'tru',
      ],
      { maxLength: 2 },
    ),
    order: fc.constantFrom('desc' as const, 'asc' as const),
    limit: fc.integer({ min: 1, max: 40 }),
  });

  it('agree with looking at every single entry, whatever is asked', () => {
    fc.assert(
      fc.property(queries, (asked) => {
        const fromMs = asked.from === null ? null : NINE_MS + asked.from * 400_000;
        const toMs = asked.to === null ? null : NINE_MS + asked.to * 400_000 + 1;
        const fits = (entry: MetricEntry): boolean =>
          (fromMs === null || Date.parse(entry.timestamp) >= fromMs) &&
          (toMs === null || Date.parse(entry.timestamp) < toMs) &&
          (asked.session === null || entry.session_id === asked.session) &&
          (asked.project === null || entry.project_path === asked.project) &&
          (asked.model === null || entry.model === asked.model) &&
          (asked.source === null || entry.source === asked.source) &&
          (asked.eventType === null || entry.event_type === asked.eventType) &&
          (asked.category === null || entry.event_category === asked.category) &&
          (asked.tool === null || entry.tool_name === asked.tool) &&
          (asked.success === null || entry.tool_success === asked.success) &&
          asked.tags.every((tag) => entry.tags.includes(tag));
        const expected = all.filter(fits);
        const found = pages({
          ...ALL_ENTRIES,
          ...asked,
          fromMs,
          toMs,
          sessions: asked.session === null ? null : idsOf('session', 'session_id', [asked.session]),
          projects: asked.project === null ? null : idsOf('project', 'path', [asked.project]),
          models: asked.model === null ? null : idsOf('model', 'name', [asked.model]),
        });
        expect(found).toEqual(asked.order === 'desc' ? expected : [...expected].reverse());
      }),
      { numRuns: 300 },
    );
  });
});

describe('a search for what is rare', () => {
  it('gives up after a while, says where to go on, and finds it in the end', () => {
    using big = createServingStore();
    big.db.exec('BEGIN');
    for (let i = 0; i < 20_000; i += 1)
      big.occurrence({ atMs: NINE_MS + i, type: i === 3 ? 'compaction' : 'user_prompt' });
    big.db.exec('COMMIT');
    const query = { ...ALL_ENTRIES, eventType: 'compaction' };
    const first = big.reader.entries(query);
    expect(first.entries).toHaveLength(0);
    expect(first.next).not.toBeNull();
    const second = big.reader.entries({ ...query, cursor: first.next });
    expect(second.entries).toHaveLength(1);
    expect(second.next).toBeNull();
  });
});
