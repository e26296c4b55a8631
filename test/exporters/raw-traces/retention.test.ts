import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Retention } from '../../../exporters/raw-traces/retention.ts';
import { RawTracesHome } from '../../support/raw-traces-home.ts';

const DAY_MS = 86_400_000;
let home: RawTracesHome;
let retention: Retention;
const noise = (n: number): string =>
  Array.from({ length: 400 }, (_, at) => ((n + 1) * (at + 7) * 2654435761) >>> 0).join(' ');
const lineAt = (session: string, n: number, atMs: number): string =>
  `${JSON.stringify({
    type: 'user',
    uuid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    parentUuid: `00000000-0000-4000-8000-${String(n - 1).padStart(12, '0')}`,
    sessionId: session,
    cwd: `/home/dev/${session}`,
    requestId: `req_0123456789_${n}`,
    timestamp: new Date(atMs).toISOString(),
    message: { id: `msg_0123456789_${n}`, role: 'user', content: noise(n) },
    summary: `summary ${n}`,
  })}\n`;

beforeEach(() => {
  home = new RawTracesHome();
  retention = new Retention(home.db, (name, label, by = 1) => {
    home.counts.set(`${name} ${label}`, (home.counts.get(`${name} ${label}`) ?? 0) + by);
  });
});
afterEach(() => home[Symbol.dispose]());

const retain = (limits: { keepDays: number; maxBytes: number }): void => {
  while (retention.step(limits, home.nowMs));
  retention.tidy();
  while (retention.shrink());
};
const rows = (table: string): number => home.one(`SELECT count(*) FROM ${table}`);

describe('raw traces that are too old', () => {
  it('are deleted in whole blocks, with all that only they need, and counted', async () => {
    home.writeText(
      'old.jsonl',
      [1, 2, 3].map((n) => lineAt('old', n, home.nowMs - 400 * DAY_MS)).join(''),
    );
    home.writeText(
      'new.jsonl',
      [11, 12].map((n) => lineAt('new', n, home.nowMs - DAY_MS)).join(''),
    );
    await home.keep('old.jsonl', 'new.jsonl');
    retain({ keepDays: 365, maxBytes: 0 });
    expect(home.lines('old.jsonl')).toEqual([]);
    expect(home.lines('new.jsonl')).toHaveLength(2);
    expect(home.counts.get('export_dropped raw-traces expired')).toBe(3);
    expect(['line', 'message', 'summary', 'place', 'block', 'file_session'].map(rows)).toEqual([
      2, 2, 2, 1, 1, 1,
    ]);
  });

  it('are not read again while their transcript is there', async () => {
    home.writeText('old.jsonl', lineAt('old', 1, home.nowMs - 400 * DAY_MS));
    await home.keep('old.jsonl');
    retain({ keepDays: 365, maxBytes: 0 });
    appendFileSync(home.file('old.jsonl'), lineAt('old', 2, home.nowMs));
    home.restart();
    await home.keep('old.jsonl');
    expect(home.lines('old.jsonl')).toEqual([lineAt('old', 2, home.nowMs).trimEnd()]);
    expect(home.one('SELECT min(sequence) FROM line')).toBe(2);
  });

  it('leave what comes after them in the same transcript as it was', async () => {
    const old = Array.from({ length: 30 }, (_, n) => lineAt('s', n + 1, home.nowMs - 400 * DAY_MS));
    const recent = Array.from({ length: 30 }, (_, n) => lineAt('s', n + 31, home.nowMs));
    for (const line of [...old, ...recent]) {
      appendFileSync(home.file('s.jsonl'), line);
      await home.keep('s.jsonl');
    }
    retain({ keepDays: 365, maxBytes: 0 });
    const kept = home.lines('s.jsonl');
    expect(kept.length).toBeGreaterThanOrEqual(30);
    expect(kept.length).toBeLessThan(60);
    expect(kept).toEqual([...old, ...recent].slice(-kept.length).map((line) => line.trimEnd()));
    expect(home.traces()[0]).toMatchObject({
      parent_uuid: expect.stringMatching(/^0{8}-/) as string,
    });
  });
});

describe('raw traces that are too much', () => {
  it('are deleted session by session, the one that was active longest ago first', async () => {
    for (const [index, session] of ['b', 'a', 'c'].entries()) {
      const atMs = home.nowMs - (10 - index) * DAY_MS;
      home.writeText(
        `${session}.jsonl`,
        Array.from({ length: 40 }, (_, n) => lineAt(session, n + index * 100, atMs + n)).join(''),
      );
    }
    await home.keep('a.jsonl', 'b.jsonl', 'c.jsonl');
    const before = home.sizeBytes();
    retain({ keepDays: 365, maxBytes: Math.round(before * 0.8) });
    expect(['a', 'b', 'c'].map((name) => home.lines(`${name}.jsonl`).length)).toEqual([40, 0, 40]);
    expect(home.counts.get('export_dropped raw-traces quota')).toBe(40);
    retain({ keepDays: 365, maxBytes: 1 });
    expect(rows('block')).toBe(0);
    expect(home.sizeBytes()).toBeLessThan(before * 0.6);
  });
});
