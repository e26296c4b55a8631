import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { journalEntry, journalTexts } from '../../../exporters/archive/journal-lines.ts';
import type { MetricEntry } from '../../../src/records/metric-entry.ts';
import { DAY_MS, drain, NINE_MS, open, temporaryRoot, TestClocks } from './archive-home.ts';
import { LogBook } from './log-book.ts';

const SESSION = '5fb3233b-1111-4222-8333-444455556666';

const entryOf = (
  id: string,
  atMs: number,
  rest: Partial<MetricEntry> & Pick<MetricEntry, 'event_type'>,
): Partial<MetricEntry> => ({
  id,
  timestamp: new Date(atMs).toISOString(),
  session_id: SESSION,
  project_path: '/home/dev/shop',
  source: 'hook',
  ...rest,
});

const call = (id: string, atMs: number, success: boolean | null, request = 'req_1') =>
  entryOf(id, atMs, {
    event_type: success === null ? 'tool_start' : success ? 'tool_completed' : 'tool_failed',
    tool_name: 'Bash',
    tool_success: success,
    data: { command: 'npm', file_path: '/home/dev/shop/a b.ts', request_entry_id: request },
  });
const request = (id: string, atMs: number) =>
  entryOf(id, atMs, { event_type: 'api_response', model: 'claude-opus-5-5', data: {} });
const happened = (id: string, atMs: number, event_type: string, data = {}) =>
  entryOf(id, atMs, { event_type, data });

interface Scene {
  readonly book: LogBook;
  readonly root: string;
  readonly journalRoot: string;
  readonly clocks: TestClocks;
}

const scene = (): Scene => {
  const home = temporaryRoot();
  const [root, journalRoot] = [join(home, 'archive'), join(home, 'journal')];
  return { book: new LogBook(), root, journalRoot, clocks: new TestClocks() };
};

const tell = (
  { book }: Scene,
  stream: 'requests' | 'tool_calls' | 'occurrences',
  entry: Partial<MetricEntry>,
): void =>
  book.tell({ id: entry.id!, atMs: Date.parse(entry.timestamp!), stream, fields: { ...entry } });

const update = async (of: Scene): Promise<void> => {
  const archive = await open(of);
  await drain(archive);
  await archive.look();
};

const linesOf = ({ journalRoot }: Scene, file: string): Record<string, unknown>[] =>
  readFileSync(join(journalRoot, file), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the journal', () => {
  it('has the lines of a day with the keys that older tools know', async () => {
    const of = scene();
    tell(of, 'requests', request('req_1', NINE_MS));
    tell(of, 'tool_calls', call('tool_1', NINE_MS + 1999, true));
    tell(of, 'occurrences', happened('evt_1', NINE_MS, 'session_started', { model: 'opus' }));
    tell(of, 'occurrences', happened('evt_2', NINE_MS + 1, 'user_prompt'));
    tell(of, 'occurrences', happened('evt_3', NINE_MS + 2, 'compaction'));
    tell(of, 'occurrences', happened('evt_4', NINE_MS + DAY_MS, 'session_ended'));
    await update(of);
    const ts = NINE_MS / 1000;
    expect(linesOf(of, 'tool-usage-2026-11-20.jsonl')).toEqual([
      {
        ts: ts + 1,
        tool: 'Bash',
        session: '5fb3233b',
        model: 'claude-opus-5-5',
        source: 'hook',
        file_path: '/home/dev/shop/a b.ts',
        command: 'npm',
        success: true,
        id: 'tool_1',
        session_id: SESSION,
      },
    ]);
    const place = { pwd: '/home/dev/shop', project: 'shop', session_id: SESSION };
    expect(linesOf(of, 'activity-events-2026-11-20.jsonl')).toMatchObject([
      { ts, type: 'session_start', ...place, id: 'evt_1' },
      { ts, type: 'query', ...place, id: 'evt_2' },
      { ts: ts + 1, type: 'tool_use', tool: 'Bash', success: true, ...place, id: 'tool_1' },
    ]);
    expect(linesOf(of, 'session-events-2026-11-20.jsonl')).toEqual([
      { ts, event: 'session_start', ...place, model: 'opus', id: 'evt_1' },
    ]);
    expect(linesOf(of, 'session-events-2026-11-21.jsonl')).toMatchObject([
      { event: 'session_end', id: 'evt_4' },
    ]);
    const log = readFileSync(join(of.journalRoot, 'activity-2026-11-20.log'), 'utf8');
    expect(log).toBe('09:00:01 Bash /home/dev/shop/a b.ts\n');
  });

  it('has three events of one second once each, though they came in two rounds', async () => {
    const of = scene();
    tell(of, 'tool_calls', call('tool_1', NINE_MS, true));
    tell(of, 'tool_calls', call('tool_2', NINE_MS, false));
    await update(of);
    tell(of, 'tool_calls', call('tool_3', NINE_MS, true));
    tell(of, 'tool_calls', call('tool_1', NINE_MS, true));
    await update(of);
    await update(of);
    const ids = linesOf(of, 'tool-usage-2026-11-20.jsonl').map(({ id }) => id);
    expect(ids).toEqual(['tool_1', 'tool_2', 'tool_3']);
  });

  it('has a call when it has ended, with the model of a request from before midnight', async () => {
    const of = scene();
    const midnightMs = Date.UTC(2026, 10, 20);
    tell(of, 'requests', request('req_1', midnightMs - 1));
    tell(of, 'tool_calls', call('tool_1', midnightMs, null));
    await update(of);
    expect(readdirSync(of.journalRoot)).toEqual(['state.json']);
    tell(of, 'tool_calls', call('tool_1', midnightMs, false));
    await update(of);
    expect(linesOf(of, 'tool-usage-2026-11-20.jsonl')).toMatchObject([
      { id: 'tool_1', success: false, model: 'claude-opus-5-5' },
    ]);
  });

  it('is made again where it was deleted or cut off, and left alone where nothing changed', async () => {
    const of = scene();
    tell(of, 'tool_calls', call('tool_1', NINE_MS, true));
    tell(of, 'tool_calls', call('tool_2', NINE_MS - DAY_MS, true));
    await update(of);
    const [today, yesterday] = ['tool-usage-2026-11-20.jsonl', 'tool-usage-2026-11-19.jsonl'];
    const before = statSync(join(of.journalRoot, yesterday)).mtimeMs;
    rmSync(join(of.journalRoot, today));
    await update(of);
    writeFileSync(join(of.journalRoot, 'activity-2026-11-20.log'), '');
    await update(of);
    expect(linesOf(of, today)).toHaveLength(1);
    expect(statSync(join(of.journalRoot, yesterday)).mtimeMs).toBe(before);
    rmSync(join(of.journalRoot, 'state.json'));
    writeFileSync(join(of.journalRoot, 'state.json'), 'null');
    await update(of);
    expect(linesOf(of, yesterday)).toHaveLength(1);
  });

  it('goes with the days of the archive', async () => {
    const of = scene();
    const archive = await open({ ...of, limits: { keepDays: 9 } });
    tell(of, 'tool_calls', call('tool_1', NINE_MS, true));
    await drain(archive);
    for (let day = 0; day < 9; day += 1) {
      await archive.look();
      of.clocks.pass(DAY_MS);
    }
    expect(linesOf(of, 'tool-usage-2026-11-20.jsonl')).toHaveLength(1);
    for (let day = 0; day < 3; day += 1) {
      await archive.look();
      of.clocks.pass(DAY_MS);
    }
    expect(readdirSync(of.journalRoot)).toEqual(['state.json']);
  });

  it('shows hostile names on one line', () => {
    const entry = journalEntry({
      ...(call('tool_1', NINE_MS, true) as MetricEntry),
      tool_name: 'a\nb\u001b[2J\u202e',
    });
    expect(journalTexts([entry!], () => null).activity).toBe(
      '09:00:00 a?b?[2J? /home/dev/shop/a b.ts\n',
    );
  });
});
