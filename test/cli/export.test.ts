import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { parseOpenMetrics } from '../exporters/openmetrics-grammar.ts';
import { createStoreFixture } from '../support/store-fixture.ts';
import { needs } from '../support/offers.ts';

const AT_MS = Date.parse('2026-11-20T09:07:00Z');
const NOW_MS = AT_MS + 3_600_000;

let home = '';
let file = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-export-'));
  file = join(home, 'out');
  const store = createStoreFixture(join(home, 'hall-monitor.db'));
  store.request({ atMs: AT_MS, project: '/home/dev/one', costNanoUsd: 1_500_000_000 });
  store.request({ atMs: AT_MS - 86_400_000, project: '/home/dev/two', session: 'other' });
  store.toolCall({ atMs: AT_MS + 1, tool: '=1+1', project: '/home/dev/one', success: false });
  store.occurrence({ atMs: AT_MS + 2, type: 'user_prompt' });
  store.db.close();
});

afterEach(() => rmSync(home, { recursive: true }));

async function run(...args: readonly string[]): Promise<{ code: number; err: string }> {
  let err = '';
  const code = await runCli(['export', ...args, '--no-sync'], {
    env: { HALL_MONITOR_HOME: home, HALL_MONITOR_TIMEZONE: 'UTC' },
    print: () => undefined,
    note: (text) => void (err += text),
    columns: 80,
    isInteractive: false,
    hasColour: false,
    nowMs: () => NOW_MS,
  });
  return { code, err };
}

async function written(...args: readonly string[]): Promise<string> {
  rmSync(file, { force: true });
  expect(await run(...args, '--out', file)).toMatchObject({ code: 0 });
  return readFileSync(file, 'utf8');
}

const entriesIn = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('export jsonl', () => {
  it('writes each entry once, oldest first', async () => {
    const entries = entriesIn(await written('jsonl'));
    expect(entries.map(({ event_type }) => event_type)).toEqual([
      'api_response',
      'api_response',
      'tool_failed',
      'user_prompt',
    ]);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(4);
  });

  it.each([
    [['--since', '2026-11-20'], 3],
    [['--until', '2026-11-20'], 1],
    [['--project', 'two'], 1],
    [['--session', 'oth'], 1],
    [['--model', 'claude-opus-5-5'], 2],
    [['--model', 'nobody'], 0],
    [['--event-type', 'user_prompt'], 1],
    [['--event-category', 'tool'], 1],
    [['--source', 'hook'], 0],
    [['--tool', '=1+1', '--success', 'false'], 1],
    [['--tool', '=1+1', '--success', 'true'], 0],
    [['--tag', 'tool', 'failed'], 1],
  ])('takes %j and writes %i', async (filter, count) => {
    expect(entriesIn(await written('jsonl', ...filter))).toHaveLength(count);
  });

  it('says what it wrote and where', async () => {
    const { err } = await run('jsonl', '--out', file);
    expect(err).toBe(
      `Wrote 4 entries, up to 2026-11-20 09:07, ${statSync(file).size.toLocaleString('en-US')} bytes, to ${file}.\n`,
    );
  });
});

describe('export csv', () => {
  it('writes a table that no spreadsheet takes for formulas', async () => {
    const lines = (await written('csv')).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^id,revision,timestamp,session_id,/);
    expect(lines[3]).toContain(",'=1+1,");
  });
});

describe('names that command a terminal', () => {
  const NAME = 'a\u001b[31m\u009b31m\u202eb\nc';

  beforeEach(() => {
    rmSync(join(home, 'hall-monitor.db'));
    const store = createStoreFixture(join(home, 'hall-monitor.db'));
    store.toolCall({ atMs: AT_MS + 3, tool: NAME, project: `/home/${NAME}` });
    store.db.close();
  });

  it('are written out in JSON, and mean the same', async () => {
    const text = await written('jsonl');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(entriesIn(text).at(-1)).toMatchObject({
      project_path: `/home/${NAME}`,
      tool_name: NAME,
    });
  });
});

describe('export openmetrics', () => {
  it('writes what a scrape would have, with the labels of the scrape', async () => {
    const series = parseOpenMetrics(await written('openmetrics'));
    const cost = series.find(
      ({ name, labels }) =>
        name === 'hall_monitor_cost_usd_total' &&
        labels['project'] === 'one' &&
        labels['type'] === 'output',
    );
    expect(cost?.labels).toMatchObject({ job: 'hall-monitor', instance: '127.0.0.1:9464' });
    expect(cost?.samples.at(-1)).toEqual({ at: NOW_MS / 1_000, value: 1.5 });
  });

  it('takes other labels, and none', async () => {
    const [series] = parseOpenMetrics(
      await written('openmetrics', '--label', 'job=agents', 'team=a "b"', 'instance='),
    );
    expect(series?.labels).toMatchObject({ job: 'agents', team: 'a "b"' });
    expect(series?.labels).not.toHaveProperty('instance');
  });

  it('writes only what was asked for', async () => {
    const names = async (...args: readonly string[]): Promise<readonly string[]> => [
      ...new Set(parseOpenMetrics(await written('openmetrics', ...args)).map(({ name }) => name)),
    ];
    expect(await names('--metric', 'hall_monitor_requests_total')).toEqual([
      'hall_monitor_requests_total',
    ]);
    expect(await names('--model', 'claude-opus-5-5')).not.toContain(
      'hall_monitor_tool_calls_total',
    );
    expect(await names('--project', 'one')).toContain('hall_monitor_tool_calls_total');
  });

  it('says what to do next', async () => {
    expect((await run('openmetrics', '--out', file)).err).toContain(
      `Next: promtool tsdb create-blocks-from openmetrics --max-block-duration=744h ${file}`,
    );
  });

  it.each([
    [
      ['--metric', 'hall_monitor_db_size_bytes'],
      'The past of hall_monitor_db_size_bytes is not known.',
    ],
    [['--label', 'job'], '--label cannot be "job".'],
    [['--label', 'type=x'], '--label cannot be "type=x".'],
    [['--label', '__name__=x'], '--label cannot be "__name__=x".'],
    [['--project', 'nowhere'], 'There is no project "nowhere".'],
    [['--model', 'nobody'], 'There is no model "nobody".'],
    [['--step', '2m'], 'Allowed choices are 1m, 5m, 15m, 1h.'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await run('openmetrics', '--out', file, ...args);
    expect({ code, isWritten: existsSync(file) }).toEqual({ code: 2, isWritten: false });
    expect(err).toContain(message);
  });
});

describe('the file of an export', () => {
  it('is never replaced unasked', async () => {
    writeFileSync(file, 'mine');
    const { code, err } = await run('jsonl', '--out', file);
    expect({ code, text: readFileSync(file, 'utf8') }).toEqual({ code: 2, text: 'mine' });
    expect(err).toContain('exists already');
    expect((await run('jsonl', '--out', file, '--force')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toBe('mine');
    expect(readdirSync(home).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is nothing but a file', async () => {
    expect((await run('jsonl', '--out', home, '--force')).err).toContain('is no file');
    expect((await run('jsonl', '--out', join(home, 'no', 'out'))).err).toContain(
      'There is no folder',
    );
  });

  needs('posix')('is for its owner alone', async () => {
    await run('csv', '--out', file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  needs('posix')('is where a link leads to', async () => {
    writeFileSync(file, 'old');
    const link = join(home, 'link');
    symlinkSync(file, link);
    await run('jsonl', '--out', link, '--force');
    expect(entriesIn(readFileSync(file, 'utf8'))).toHaveLength(4);
  });

  needs('posix')('is no device', async () => {
    expect((await run('jsonl', '--out', '/dev/null', '--force')).err).toContain('is no file');
  });
});
