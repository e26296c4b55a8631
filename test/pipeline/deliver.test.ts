import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { createDelivery, type Delivery } from '../../src/pipeline/deliver.ts';
import { pause } from '../../src/runtime/pause.ts';
import type { Stored } from '../../src/store/store.ts';
import { createExportLog, type ExportLog } from './export-log.ts';
import { batch, call, request, result } from './ingest-fixture.ts';

const HOUR_MS = 3_600_000;

let log: ExportLog;
let stop: AbortController;
let running: Promise<void>[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  log = createExportLog();
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  vi.useRealTimers();
  log.remove();
});

const start = (parts: Pick<Delivery, 'send'> & Partial<Delivery>) => {
  const loop = createDelivery({
    exporter: 'test',
    deps: log.deps,
    limit: 10,
    random: () => 1,
    ...parts,
  });
  running.push(loop.run(stop.signal));
  return loop;
};
const stopAll = async (): Promise<void> => {
  stop.abort();
  await Promise.all(running);
  stop = new AbortController();
  running = [];
};
const commitRequests = (from: number, to: number): void => {
  const keys = Array.from({ length: to - from + 1 }, (_, index) => `msg_${from + index}`);
  log.commit(batch(keys.map((key) => request({ key }))));
};
const messageOf = (line: Stored): unknown =>
  line.kind === 'metric' ? (line.entry.data['message_id'] ?? line.entry.tool_name) : line.kind;
const seqOf = (): number | undefined => log.deps.cursors.load('test')?.seq;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('a delivery', () => {
  it('sends what is committed in order and once, and moves its cursor behind it', async () => {
    const sent: unknown[] = [];
    start({
      limit: 3,
      send: async (lines) => {
        await Promise.resolve();
        sent.push(lines.map(messageOf));
      },
    });
    commitRequests(1, 4);
    await settle();
    commitRequests(5, 5);
    await settle();
    expect(sent).toEqual([['msg_1', 'msg_2', 'msg_3'], ['msg_4'], ['msg_5']]);
    expect(seqOf()).toBe(5);
    expect(log.counts.get('exported test')).toBe(5);
  });

  it('tells an entry that changed meanwhile once, as it is now', async () => {
    log.commit(batch([call()]));
    log.commit(batch([request()]));
    log.commit(batch([result()]));
    const sent: Stored[] = [];
    start({ send: async (lines) => void sent.push(...lines) });
    await settle();
    expect(sent.map((line) => [line.seq, line.kind === 'metric' && line.entry.revision])).toEqual([
      [2, 0],
      [3, 1],
    ]);
    expect(seqOf()).toBe(3);
  });

  it('keeps everything for an hour in which nobody answers, and then sends it in order', async () => {
    let isAway = true;
    const sent: unknown[] = [];
    let failures = 0;
    const loop = start({
      send: async (lines) => {
        await Promise.resolve();
        if (isAway) failures += 1;
        if (isAway) throw new TransientError('Nobody answers.', { hint: 'Start it.' });
        sent.push(...lines.map(messageOf));
      },
    });
    for (let minute = 0; minute < 60; minute += 1) {
      commitRequests(minute * 5 + 1, minute * 5 + 5);
      await vi.advanceTimersByTimeAsync(HOUR_MS / 60);
    }
    expect(loop.trouble()).toBe('The exporter test waits: Nobody answers. Start it.');
    expect(seqOf()).toBe(0);
    // 1, 2, 4 … 32 s and then once a minute: an hour of silence costs few tries.
    expect(failures).toBeLessThan(70);
    isAway = false;
    await vi.advanceTimersByTimeAsync(HOUR_MS / 60);
    expect(sent).toEqual(Array.from({ length: 300 }, (_, index) => `msg_${index + 1}`));
    expect(loop.trouble()).toBeUndefined();
    expect(log.counts.get('export_retries test')).toBe(failures);
  });

  it('waits for more only while there is not enough, and then sends all there is', async () => {
    const sent: number[] = [];
    start({
      limit: 100,
      enough: 5,
      lingerMs: 5_000,
      send: async (lines) => {
        await Promise.resolve();
        sent.push(lines.length);
      },
    });
    commitRequests(1, 2);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual([2]);
    commitRequests(3, 4);
    await vi.advanceTimersByTimeAsync(1_000);
    commitRequests(5, 11);
    await settle();
    expect(sent).toEqual([2, 9]);
    commitRequests(12, 111);
    await settle();
    expect(sent).toEqual([2, 9, 100]);
  });

  it('stays away as long as it is asked to, but not for ever', async () => {
    const at: number[] = [];
    start({
      send: async () => {
        await Promise.resolve();
        at.push(Date.now());
        throw new TransientError('Busy.', { retryAfterMs: at.length === 1 ? 30_000 : 1e12 });
      },
    });
    commitRequests(1, 1);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    const [first = 0, second = 0, third = 0] = at;
    expect(second - first).toBe(30_000);
    expect(third - second).toBe(15 * 60_000);
  });

  it('leaves out only the line at fault, keeps it, and goes on', async () => {
    const sent: unknown[] = [];
    start({
      send: async (lines) => {
        await Promise.resolve();
        const names = lines.map(messageOf);
        if (names.includes('msg_4')) throw new PermanentError('Bad row.');
        sent.push(...names);
      },
      bodyOf: (line) => `{"seq":${line.seq}}`,
    });
    commitRequests(1, 9);
    await settle();
    expect(sent).toEqual([1, 2, 3, 5, 6, 7, 8, 9].map((number) => `msg_${number}`));
    expect(
      log.fixture.db.prepare('SELECT exporter, seq, reason, body FROM export_dead_letter').all(),
    ).toEqual([{ exporter: 'test', seq: 4, reason: 'Bad row.', body: '{"seq":4}' }]);
    expect(seqOf()).toBe(9);
    expect(log.counts.get('exported test')).toBe(8);
    expect(log.counts.get('export_dropped test refused')).toBe(1);
  });

  it('asks ever more rarely where everything is refused, so that little is lost until a person acts', async () => {
    let isWrong = true;
    const sent: unknown[] = [];
    const loop = start({
      send: async (lines) => {
        await Promise.resolve();
        if (isWrong) throw new PermanentError('What is this?');
        sent.push(...lines.map(messageOf));
      },
    });
    commitRequests(1, 200);
    await vi.advanceTimersByTimeAsync(HOUR_MS / 4);
    const lost = log.counts.get('export_dropped test refused') ?? 0;
    expect(lost).toBeGreaterThan(8);
    expect(lost).toBeLessThan(30);
    expect(loop.trouble()).toBe('The far side of test refuses everything: What is this?');
    isWrong = false;
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(loop.trouble()).toBeUndefined();
    expect(sent.length + (log.counts.get('export_dropped test refused') ?? 0)).toBe(200);
    expect(new Set(sent).size).toBe(sent.length);
  });

  it('counts what the far side took and threw away, and does not send it again', async () => {
    let tries = 0;
    start({
      send: async () => {
        await Promise.resolve();
        tries += 1;
        return { rejected: 2, message: 'Too old.' };
      },
    });
    commitRequests(1, 5);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(tries).toBe(1);
    expect(log.counts.get('export_dropped test rejected')).toBe(2);
    expect(log.counts.get('exported test')).toBe(3);
  });

  it('passes over lines that are not for it', async () => {
    const sent: unknown[] = [];
    start({
      accepts: (line) => messageOf(line) !== 'msg_2',
      send: async (lines) => void sent.push(...lines.map(messageOf)),
    });
    commitRequests(1, 2);
    await settle();
    commitRequests(3, 3);
    await settle();
    expect(sent).toEqual(['msg_1', 'msg_3']);
    expect(seqOf()).toBe(3);
  });

  it('waits for a fuller batch no longer than it lingers', async () => {
    const sent: number[] = [];
    start({ lingerMs: 5_000, limit: 4, send: async (lines) => void sent.push(lines.length) });
    await settle();
    commitRequests(1, 1);
    await vi.advanceTimersByTimeAsync(4_999);
    commitRequests(2, 2);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual([2]);
    commitRequests(3, 8);
    await settle();
    expect(sent).toEqual([2, 4]);
  });

  it('begins again from what is saved after a fault of our own, and says so', async () => {
    let tries = 0;
    const loop = start({
      send: async () => {
        await Promise.resolve();
        tries += 1;
        if (tries === 1) throw new Error('A bug.');
      },
    });
    commitRequests(1, 1);
    await settle();
    expect(loop.trouble()).toBe('The exporter test failed: A bug.');
    await vi.advanceTimersByTimeAsync(1_000);
    expect([tries, seqOf(), loop.trouble()]).toEqual([2, 1, undefined]);
  });

  it('does not send again what was sent only because the cursor could not be saved', async () => {
    const { cursors } = log.deps;
    let isFull = true;
    let tries = 0;
    const loop = start({
      deps: {
        ...log.deps,
        cursors: {
          load: cursors.load,
          save: async (exporter, seq, refused) => {
            if (seq > 0 && isFull) throw new TransientError('The disk is full.');
            await cursors.save(exporter, seq, refused);
          },
        },
      },
      send: async () => void (tries += 1),
    });
    commitRequests(1, 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(loop.trouble()).toBe('The exporter test waits: The disk is full.');
    isFull = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([tries, seqOf(), loop.trouble()]).toEqual([1, 1, undefined]);
  });

  it('ends at once when told to, in the middle of a wait', async () => {
    start({
      send: async () => {
        await Promise.resolve();
        throw new TransientError('Away.', { retryAfterMs: HOUR_MS });
      },
    });
    commitRequests(1, 1);
    await settle();
    await stopAll();
    expect(seqOf()).toBe(0);
  });

  it('sends a batch again whose cursor was not saved before the end', async () => {
    const sent: unknown[] = [];
    const send = async (lines: readonly Stored[]): Promise<void> =>
      void sent.push(...lines.map(messageOf));
    const { cursors } = log.deps;
    const lost = { load: cursors.load, save: () => new Promise<void>(() => undefined) };
    commitRequests(1, 2);
    await cursors.save('test', 0);
    void createDelivery({
      exporter: 'test',
      deps: { ...log.deps, cursors: lost },
      limit: 10,
      send,
    }).run(new AbortController().signal);
    await settle();
    start({ send });
    await settle();
    expect(sent).toEqual(['msg_1', 'msg_2', 'msg_1', 'msg_2']);
  });

  it('never holds up another one', async () => {
    const sent: number[] = [];
    start({ exporter: 'dead', send: (_lines, signal) => pause(24 * HOUR_MS, signal) });
    start({ send: async (lines) => void sent.push(lines.length) });
    commitRequests(1, 3);
    await settle();
    expect(sent).toEqual([3]);
    expect(log.deps.cursors.load('dead')?.seq).toBe(0);
  });
});
