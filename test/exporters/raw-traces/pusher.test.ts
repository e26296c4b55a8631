import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConversations } from '../../../exporters/raw-traces/conversations.ts';
import { rawTraces } from '../../../exporters/raw-traces/index.ts';
import { createPusher, type RawTracesConfig } from '../../../exporters/raw-traces/pusher.ts';
import { RAW_TRACES_FILE } from '../../../exporters/raw-traces/trace-file.ts';
import type { Pusher, PusherDeps } from '../../../src/component.ts';
import { silentLog } from '../../../src/runtime/log.ts';
import { STORE_FILE } from '../../../src/store/open.ts';
import { createReader, type Reader } from '../../../src/store/reader.ts';
import { needs } from '../../support/offers.ts';
import { until } from '../../support/running-command.ts';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, SESSION } from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;
const RHYTHM = { lingerMs: 1, sweepMs: 20, quietMs: 0, retentionMs: 0 };
let home: TranscriptHome;
let store: OpenStore;
let reader: Reader;
let stop: AbortController;
let counts: Map<string, number>;

beforeEach(async () => {
  home = new TranscriptHome();
  home.write(NAME, ...conversation(3));
  store = await home.open();
  await store.sweep();
  reader = createReader(path.join(home.home, STORE_FILE));
  stop = new AbortController();
  counts = new Map();
});
afterEach(() => {
  stop.abort();
  reader.close();
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

const config = (more: Partial<RawTracesConfig> = {}): RawTracesConfig => ({
  enabled: true,
  keepDays: 36_500,
  maxBytes: 0,
  claudeDirs: [home.claudeDir],
  ...more,
});
const deps = (): PusherDeps => ({
  reader,
  cursors: { load: () => null, save: () => Promise.resolve() },
  log: silentLog,
  now: Date.now,
  count: (name, label, by = 1) => {
    counts.set(`${name} ${label}`, (counts.get(`${name} ${label}`) ?? 0) + by);
  },
  home: home.home,
  resource: {},
  version: '1',
  timezone: 'UTC',
});
const start = (more: Partial<RawTracesConfig> = {}): { pusher: Pusher; done: Promise<void> } => {
  const pusher = createPusher(config(more), deps(), RHYTHM);
  return { pusher, done: pusher.run(stop.signal) };
};
const messages = (): number =>
  createConversations(home.home).page({ session: SESSION, cursor: null, limit: 1_000 })?.messages
    .length ?? 0;
const reach = (count: number): Promise<true> =>
  until(`${count} messages`, () => (messages() === count ? true : undefined));

describe('the exporter of raw traces', () => {
  it('runs only where it is asked for', () => {
    expect(rawTraces.isWanted(config())).toBe(true);
    expect(rawTraces.isWanted(config({ enabled: false }))).toBe(false);
  });

  it('keeps what there is and what comes, each line once, and ends when it is told to', async () => {
    const first = start();
    await reach(4);
    home.append(NAME, ...conversation(2, 21));
    await store.sweep();
    await reach(7);
    stop.abort();
    await first.done;
    stop = new AbortController();
    home.append(NAME, ...conversation(1, 41));
    await store.sweep();
    const second = start();
    await reach(9);
    stop.abort();
    await second.done;
    expect(counts.get('exported raw-traces')).toBe(9);
    expect(second.pusher.trouble?.()).toBeUndefined();
  });

  it('keeps only what lies below the folders of Claude Code', async () => {
    const { done } = start({ claudeDirs: [home.home] });
    await until('raw traces', () => (createConversations(home.home).areKept() ? true : undefined));
    stop.abort();
    await done;
    expect(messages()).toBe(0);
  });

  it('says so where its file cannot be opened, and goes on when it can', async () => {
    const file = path.join(home.home, RAW_TRACES_FILE);
    writeFileSync(file, 'this is no database, but long enough to be taken for one '.repeat(99));
    const { pusher, done } = start();
    await until('trouble', () => pusher.trouble?.());
    expect(pusher.trouble?.()).toContain(RAW_TRACES_FILE);
    rmSync(file);
    await reach(4);
    expect(pusher.trouble?.()).toBeUndefined();
    stop.abort();
    await done;
  });

  it('counts the lines that it never saw of a transcript that is gone', async () => {
    const { done } = start();
    await reach(4);
    stop.abort();
    await done;
    home.append(NAME, ...conversation(2, 21));
    await store.sweep();
    rmSync(home.file(NAME));
    stop = new AbortController();
    const again = start();
    await until('loss', () => counts.get('export_dropped raw-traces gone'));
    stop.abort();
    await again.done;
    expect(counts.get('export_dropped raw-traces gone')).toBe(3);
  });

  it('deletes what is too old while it runs', async () => {
    const { done } = start({ keepDays: 1 });
    await until('deletion', () => counts.get('export_dropped raw-traces expired'));
    stop.abort();
    await done;
    expect(messages()).toBe(0);
  });

  needs('posix')(
    'says which transcript is closed to it, and goes on with it when it is not',
    async () => {
      if (process.getuid?.() === 0) return;
      chmodSync(home.file(NAME), 0);
      const { pusher, done } = start();
      await until('trouble', () => pusher.trouble?.());
      expect(pusher.trouble?.()).toContain(home.file(NAME));
      chmodSync(home.file(NAME), 0o600);
      await reach(4);
      expect(pusher.trouble?.()).toBeUndefined();
      stop.abort();
      await done;
    },
  );
});
