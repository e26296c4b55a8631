import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reports } from '../../../exporters/reports/index.ts';
import { readSessionsFile, readStats } from '../../../exporters/reports/read-reports.ts';
import { createReports } from '../../../exporters/reports/reports.ts';
import type { Pusher, PusherDeps } from '../../../src/component.ts';
import type { MonitorRecord } from '../../../src/records/record.ts';
import { createExportLog, type ExportLog } from '../../pipeline/export-log.ts';
import { AT_MS, batch, prompt, toolCall } from '../../pipeline/ingest-fixture.ts';

const FILES = [
  'activity-stats.json',
  'command-stats.json',
  'error-stats.json',
  'flow-stats.json',
  'recovery-stats.json',
  'sessions.json',
  'tool-success-stats.json',
  'tool-usage-stats.json',
];
const MINUTE_MS = 60_000;

let log: ExportLog;
let folder = '';
let nowMs = AT_MS;
/** Time that passed, whatever the clock says. */
let elapsedMs = 0;
let pusher: Pusher;
let abort: AbortController;
let running: Promise<void>;
let warnings: string[] = [];
/** What the exporter waits for; nothing while it is at work. */
let waitingFor: 'news' | 'time' | undefined;
let asleep = Promise.withResolvers<void>();
let wake: () => void = () => undefined;

const fallAsleep = (what: 'news' | 'time'): void => {
  waitingFor = what;
  asleep.resolve();
};
const wakeUp = (): void => {
  waitingFor = undefined;
  asleep = Promise.withResolvers();
};

/** A wait that ends when a test lets time pass. */
const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const untilMs = elapsedMs + ms;
    wake = () => {
      if (elapsedMs < untilMs) return;
      wakeUp();
      resolve();
    };
    signal.addEventListener('abort', () => resolve(), { once: true });
    fallAsleep('time');
  });

const pass = async (ms: number): Promise<void> => {
  for (const endMs = elapsedMs + ms; elapsedMs < endMs;) {
    elapsedMs += 2_000;
    nowMs += 2_000;
    if (waitingFor === 'time') wake();
    await asleep.promise;
  }
};

const start = async (): Promise<void> => {
  const { reader } = log.deps;
  const deps: PusherDeps = {
    ...log.deps,
    reader: {
      ...reader,
      changed: (seq, signal) => {
        if (reader.lastSeq() <= seq) fallAsleep('news');
        return reader.changed(seq, signal);
      },
    },
    now: () => nowMs,
    log: {
      ...log.deps.log,
      warn: (_fields: object, text?: string) => void warnings.push(text ?? ''),
    },
    home: log.fixture.home,
    resource: {},
    version: '0',
    timezone: 'UTC',
  };
  pusher = createReports({ folder, gitAdd: false }, deps, wait);
  abort = new AbortController();
  wakeUp();
  running = pusher.run(abort.signal);
  await asleep.promise;
};

const calls = async (): Promise<number> =>
  (await readStats(folder))['tool-usage-stats.json'].total_calls;
const commit = async (...records: readonly MonitorRecord[]): Promise<void> => {
  if (waitingFor === 'news') wakeUp();
  log.commit(batch(records));
  await asleep.promise;
};
const commitCall = (key: string): Promise<void> => commit(toolCall({ key }));

beforeEach(() => {
  log = createExportLog();
  log.fixture.store.settle();
  folder = join(mkdtempSync(join(tmpdir(), 'hall-monitor-reports-')), 'made', 'on demand');
  nowMs = AT_MS;
  warnings = [];
  abort = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  abort.abort();
  await running;
  log.remove();
  rmSync(join(folder, '..', '..'), { recursive: true, force: true });
});

describe('the exporter of reports', () => {
  it('is wanted where there is a folder', () => {
    expect(reports.isWanted({ folder: null, gitAdd: true })).toBe(false);
    expect(reports.isWanted({ folder: '/tmp/a', gitAdd: false })).toBe(true);
  });

  it('writes all eight files at its start, also of an empty store, for everybody to read', async () => {
    await start();
    expect(readdirSync(folder).toSorted()).toEqual(FILES);
    expect(await calls()).toBe(0);
    expect((await readSessionsFile(join(folder, 'sessions.json'))).sessions).toEqual([]);
    expect(statSync(join(folder, 'sessions.json')).mode & 0o777).toBe(0o666 & 0o644);
    expect(pusher.trouble?.()).toBeUndefined();
  });

  it('writes again a minute later where something was logged, and not before', async () => {
    await start();
    await commitCall('toolu_1');
    await pass(58_000);
    expect(await calls()).toBe(0);
    await pass(2_000);
    expect(await calls()).toBe(1);
    await commitCall('toolu_2');
    await pass(58_000);
    expect(await calls()).toBe(1);
    await pass(2_000);
    expect(await calls()).toBe(2);
  });

  it('does nothing at all while nothing is logged', async () => {
    await start();
    rmSync(join(folder, 'error-stats.json'));
    await pass(5 * MINUTE_MS);
    expect(existsSync(join(folder, 'error-stats.json'))).toBe(false);
  });

  it('leaves files alone in which nothing changed, and heals those that somebody else changed', async () => {
    await start();
    const at = (name: string): string => join(folder, name);
    const untouched = statSync(at('recovery-stats.json'));
    writeFileSync(at('error-stats.json'), '{"total_errors":');
    rmSync(at('flow-stats.json'));
    await commitCall('toolu_1');
    await pass(MINUTE_MS);
    expect(statSync(at('recovery-stats.json')).ino).toBe(untouched.ino);
    expect((await readStats(folder))['error-stats.json'].total_errors).toBe(0);
    expect(await calls()).toBe(1);
  });

  it.each(['session_ended', 'user_stop'] as const)(
    'writes soon after %s, and once',
    async (type) => {
      await start();
      await commitCall('toolu_1');
      await commit({ ...prompt(), key: type, type });
      await pass(8_000);
      expect(await calls()).toBe(1);
      await commitCall('toolu_2');
      await pass(20_000);
      expect(await calls()).toBe(1);
    },
  );

  it('goes on when the clock is put back', async () => {
    await start();
    await commitCall('toolu_1');
    nowMs -= 3_600_000;
    await pass(2_000);
    expect(await calls()).toBe(1);
  });

  it('tells of a folder that cannot be written to once, tries again each minute, and then has no trouble', async () => {
    const blocker = join(folder, '..');
    mkdirSync(join(blocker, '..'), { recursive: true });
    writeFileSync(blocker, 'a file where the folder should be');
    await start();
    expect(pusher.trouble?.()).toMatch(/^Report files could not be written: (?:ENOTDIR|EEXIST)/);
    await pass(2 * MINUTE_MS);
    expect(warnings).toHaveLength(1);
    rmSync(blocker);
    await pass(MINUTE_MS);
    expect(pusher.trouble?.()).toBeUndefined();
    expect(await calls()).toBe(0);
  });

  it('keeps the mode that somebody gave a file', async () => {
    await start();
    const file = join(folder, 'tool-usage-stats.json');
    chmodSync(file, 0o600);
    await commitCall('toolu_1');
    await pass(MINUTE_MS);
    expect(await calls()).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('takes away drafts that a killed process left, and nothing else', async () => {
    mkdirSync(folder, { recursive: true });
    const old = [
      '.sessions.json.0123456789ab.tmp',
      '.error-stats.json.ba9876543210.tmp',
      '.other.json.0123456789ab.tmp',
      '.sessions.json.swp',
    ];
    const young = '.sessions.json.aaaaaaaaaaaa.tmp';
    for (const name of [...old, young]) writeFileSync(join(folder, name), '{');
    for (const name of old) utimesSync(join(folder, name), nowMs / 1000 - 61, nowMs / 1000 - 61);
    await start();
    expect(
      readdirSync(folder)
        .filter((name) => name.startsWith('.'))
        .toSorted(),
    ).toEqual([
      '.other.json.0123456789ab.tmp',
      '.sessions.json.aaaaaaaaaaaa.tmp',
      '.sessions.json.swp',
    ]);
  });

  it('waits until a store that is filled for the first time has its indexes', async () => {
    log.fixture.db.exec('DROP INDEX request_session');
    await start();
    await pass(10_000);
    expect(existsSync(folder)).toBe(false);
    log.fixture.db.exec('CREATE INDEX request_session ON request (session, at_ms)');
    await pass(4_000);
    expect(await calls()).toBe(0);
  });

  it('stops while it waits, and before it has started', async () => {
    await start();
    await commitCall('toolu_1');
    abort.abort();
    await running;
    abort = new AbortController();
    abort.abort();
    await pusher.run(abort.signal);
    expect(await calls()).toBe(0);
  });

  it('never changes the store', async () => {
    await commitCall('toolu_1');
    const before = log.fixture.db.prepare('SELECT total_changes()').pluck().get();
    await start();
    expect(log.fixture.db.prepare('SELECT total_changes()').pluck().get()).toBe(before);
    expect(log.deps.cursors.load('reports')).toBeNull();
  });
});

describe('reading reports', () => {
  it.each([
    ['{"total_commands": 1', 'is no JSON'],
    ['{"total_commands": 1}', 'top_commands'],
    ['{"total_commands": -1, "top_commands": {}}', 'total_commands'],
    ['{"total_commands": 1, "top_commands": {}, "cmd": {}}', 'cmd'],
  ])('refuses %s', async (text, reason) => {
    await start();
    writeFileSync(join(folder, 'command-stats.json'), text);
    await expect(readStats(folder)).rejects.toThrow(reason);
    expect(readFileSync(join(folder, 'command-stats.json'), 'utf8')).toBe(text);
  });
});
