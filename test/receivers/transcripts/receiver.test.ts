import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/errors.ts';
import type { Batch } from '../../../src/records/record.ts';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, OTHER_SESSION, SESSION } from '../../support/transcript-lines.ts';
import { NEVER_MS, type RunningReceiver, runReceiver } from '../../support/transcript-receiver.ts';

const NAME = `${SESSION}.jsonl`;
const AGENT = `${SESSION}/subagents/agent-a1.jsonl`;
let home: TranscriptHome;
let store: OpenStore;
let receiver: RunningReceiver | undefined;

beforeEach(async () => {
  home = new TranscriptHome();
  store = await home.open();
});
afterEach(async () => {
  await receiver?.stop();
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

const start = async (
  ...more: Parameters<typeof runReceiver> extends [unknown, unknown, ...infer M] ? M : never
): Promise<RunningReceiver> => {
  receiver = runReceiver(home, store, ...more);
  await receiver.caughtUp;
  return receiver;
};
/** Watches that are there; those that are being closed need a turn of the loop to be gone. */
const watches = async (): Promise<number> => {
  await new Promise(setImmediate);
  return process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;
};

describe('watching by events', () => {
  it('hears of what is appended, of new files and of new folders', async () => {
    home.write(NAME, ...conversation(2));
    const running = await start();
    expect(store.totals()).toMatchObject({ requests: 2, files: 1 });
    home.append(NAME, ...conversation(1, 11));
    await running.until({ requests: 3, files: 1 });
    home.write(`${OTHER_SESSION}.jsonl`, ...conversation(1, 21));
    await running.until({ requests: 4, files: 2 });
    home.write(AGENT, ...conversation(1, 31));
    await running.until({ requests: 5, files: 3 });
    home.append(AGENT, ...conversation(1, 41));
    await running.until({ requests: 6, files: 3 });
    home.write(path.join('..', '-home-dev-other', 'a.jsonl'), ...conversation(1, 51));
    await running.until({ requests: 7, files: 4 });
    home.append(path.join('..', '-home-dev-other', 'a.jsonl'), ...conversation(1, 61));
    await running.until({ requests: 8, files: 4 });
    expect(running.trouble()).toBeUndefined();
  });

  it('hears of a rename, and takes it as one', async () => {
    const file = home.write(NAME, ...conversation(2));
    mkdirSync(path.join(home.projects, '-moved'));
    const running = await start();
    renameSync(file, path.join(home.projects, '-moved', NAME));
    home.append(path.join('..', '-moved', NAME), ...conversation(1, 11));
    await running.until({ requests: 3 });
    expect(store.totals()).toMatchObject({ files: 1, lines: 5 });
  });

  it('hears of what is written in place of what was there', async () => {
    const file = home.write(NAME, ...conversation(5));
    const running = await start();
    home.write(NAME, ...conversation(1, 11));
    await running.until({ requests: 6 });
    unlinkSync(file);
    home.write(NAME, ...conversation(2, 21));
    await running.until({ requests: 8 });
    expect(running.trouble()).toBeUndefined();
  });

  it('keeps one watch for each folder, however many files there are', async () => {
    for (let number = 0; number < 200; number++)
      home.write(`${number}.jsonl`, ...conversation(1, number + 1));
    const before = await watches();
    await start();
    expect((await watches()) - before).toBeGreaterThan(0);
    expect((await watches()) - before).toBeLessThanOrEqual(3);
  });

  it('lets go of its watches when it stops', async () => {
    home.write(NAME, ...conversation(1));
    const before = await watches();
    const running = await start();
    await running.stop();
    expect(await watches()).toBe(before);
  });
});

describe('looking instead of watching', () => {
  const polling = { watch: 'poll', pollIntervalMs: 5 } as const;

  it('finds what is appended, new files and new folders, without a single watch', async () => {
    home.write(NAME, ...conversation(2));
    const before = await watches();
    const running = await start(polling);
    home.append(NAME, ...conversation(1, 11));
    await running.until({ requests: 3, files: 1 });
    home.write(`${OTHER_SESSION}.jsonl`, ...conversation(1, 21));
    await running.until({ requests: 4, files: 2 });
    expect(await watches()).toBe(before);
    expect(running.warnings).toEqual([]);
  });

  it('leaves a file that rests to the sweep', async () => {
    const old = home.write(NAME, ...conversation(2));
    utimesSync(old, 1, 1);
    await store.sweep();
    await store.follower.quickLook();
    home.append(NAME, ...conversation(1, 11));
    utimesSync(old, 2, 2);
    await store.follower.quickLook();
    expect(store.totals()).toMatchObject({ requests: 2 });
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 3 });
  });
});

describe('being told by somebody else', () => {
  it('reads a transcript at once, and nothing that is none of ours', async () => {
    const file = home.write(NAME, ...conversation(2));
    const running = await start({ watch: 'poll', pollIntervalMs: NEVER_MS });
    home.append(NAME, ...conversation(1, 11));
    const outside = path.join(home.claudeDir, 'outside.jsonl');
    writeFileSync(outside, `${JSON.stringify(conversation(1, 21)[1])}\n`);
    running.hint(['/etc/passwd', outside, file]);
    await running.until({ requests: 3 });
    expect(store.totals()).toMatchObject({ requests: 3, files: 1 });
  });
});

describe('the sweep', () => {
  const sweeping = { watch: 'poll', pollIntervalMs: NEVER_MS, sweepIntervalMs: 5 } as const;

  it('finds what nothing told of', async () => {
    const old = home.write(NAME, ...conversation(2));
    utimesSync(old, 1, 1);
    const running = await start(sweeping);
    home.append(NAME, ...conversation(1, 11));
    utimesSync(old, 1, 1);
    await running.until({ requests: 3 });
    home.write(AGENT, ...conversation(1, 21));
    await running.until({ requests: 4, files: 2 });
    expect(store.totals()).toMatchObject({ requests: 4, files: 2 });
  });

  it.each([{ sweepIntervalMs: 5 }, { pollIntervalMs: 5 }])(
    'finds a root that was not there, and watches it from then on, with %o',
    async (when) => {
      rmSync(home.claudeDir, { recursive: true });
      const running = await start({ watch: 'events', ...when });
      const before = await watches();
      home.write(NAME, ...conversation(2));
      await running.until({ requests: 2 });
      home.append(NAME, ...conversation(1, 11));
      await running.until({ requests: 3 });
      expect(await watches()).toBeGreaterThan(before);
    },
  );
});

describe('what goes wrong on the way', () => {
  it('is told once while it lasts, and no more when it is over', async () => {
    const isRoot = process.getuid?.() === 0;
    const file = home.write(NAME, ...conversation(1));
    chmodSync(file, 0);
    for (const one of [home.folder, home.claudeDir, home.projects, path.dirname(file)])
      chmodSync(one, 0o755);
    store.collector.store.settle();
    if (isRoot) process.seteuid?.(65_534);
    try {
      const running = await start({ watch: 'poll', pollIntervalMs: 5 });
      expect(running.trouble()).toContain(`Cannot read ${file}: EACCES`);
      expect(running.warnings).toEqual(['A transcript cannot be read; it is tried again.']);
      expect(running.readErrors()).toBe(1);
      await running.stop();
      if (isRoot) process.seteuid?.(0);
      chmodSync(file, 0o644);
      if (isRoot) process.seteuid?.(65_534);
      const again = await start();
      expect(again.trouble()).toBeUndefined();
      expect(store.totals()).toMatchObject({ requests: 1 });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('makes it look at everything when the store can be written to again', async () => {
    home.write(NAME, ...conversation(1));
    let isFull = false;
    const commit = async (batches: readonly Batch[]): Promise<void> => {
      if (isFull) {
        isFull = false;
        throw new TransientError('the disk is full', { retryAfterMs: 1 });
      }
      await store.collector.sink(batches);
    };
    const running = await start({}, commit);
    isFull = true;
    home.append(NAME, ...conversation(2, 11));
    home.write(`${OTHER_SESSION}.jsonl`, ...conversation(1, 21));
    await running.until({ requests: 4, files: 2, lines: 7 });
    home.append(NAME, ...conversation(1, 31));
    await running.until({ requests: 5 });
    expect(running.trouble()).toBeUndefined();
  });
});

describe('being stopped while it catches up', () => {
  it('commits nothing more, and reads the rest the next time', async () => {
    home.write(NAME, ...conversation(2000));
    home.write(`${OTHER_SESSION}.jsonl`, ...conversation(2000, 3001));
    const stopping = Promise.withResolvers<void>();
    let commits = 0;
    receiver = runReceiver(home, store, {}, async (batches) => {
      commits += 1;
      await store.collector.sink(batches);
      stopping.resolve(receiver?.stop());
    });
    let hasCaughtUp = false;
    void receiver.caughtUp.then(() => (hasCaughtUp = true));
    await stopping.promise;
    expect({ commits, hasCaughtUp }).toEqual({ commits: 1, hasCaughtUp: false });
    expect(store.totals()).toMatchObject({ requests: 2000, files: 1 });
    await start();
    expect(store.totals()).toMatchObject({ requests: 4000, files: 2, lines: 4002 });
  });
});

describe('several threads', () => {
  it('read the same as one', { timeout: 60_000 }, async () => {
    for (let number = 0; number < 12; number++) {
      const padding = { type: 'brand-new', text: 'x'.repeat(1_000_000), sessionId: SESSION };
      home.write(
        `${number}.jsonl`,
        ...conversation(50, number * 50 + 1),
        padding,
        '{"broken',
        ...conversation(5),
      );
    }
    await start({ threads: 2 });
    const totals = store.totals();
    expect(totals).toMatchObject({
      requests: 600,
      prompts: 12,
      files: 12,
      lines: 12 * 59,
      rejects: 12,
    });
    using other = new TranscriptHome();
    rmSync(other.claudeDir, { recursive: true });
    renameSync(home.claudeDir, other.claudeDir);
    expect((await other.import()).totals).toEqual(totals);
  });
});
