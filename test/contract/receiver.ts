import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Collector, openCollector } from '../../src/cli/collector.ts';
import { createReceiverEvents } from '../../src/cli/receiver-events.ts';
import type { Component, InstallableReceiver, ReceiverDeps, Sink } from '../../src/component.ts';
import { TransientError } from '../../src/errors.ts';
import type { Batch, Source } from '../../src/records/record.ts';
import { silentLog } from '../../src/runtime/log.ts';

/** A place that a receiver reads from, real but temporary. */
export interface ReceiverWorld<C> extends Disposable {
  readonly source: Source;
  readonly config: C;
  /** Puts so many new facts where the receiver finds them. */
  readonly offer: (facts: number) => void;
  /** Puts there what cannot be understood, with this many rejects to come of it. */
  readonly offerMalformed: () => number;
  /** How many facts a store has of all that were offered. */
  readonly stored: (collector: Collector) => number;
}

/** A receiver and how it is tried. */
export interface ReceiverSuite<C> {
  readonly receiver: InstallableReceiver<C>;
  readonly createWorld: () => ReceiverWorld<C>;
}

type Commit = (batches: readonly Batch[], real: Sink) => Promise<void>;

/** What every receiver must do, whatever it reads. */
export function describeReceiver<C>({ receiver, createWorld }: ReceiverSuite<C>): void {
  describe(`the receiver ${receiver.name}`, () => {
    let home: string;
    let world: ReceiverWorld<C>;
    let collector: Collector;
    let running: readonly Running[];

    beforeEach(async () => {
      home = mkdtempSync(path.join(tmpdir(), 'hall-monitor-receiver-'));
      world = createWorld();
      collector = await openCollector({ home, overrideFile: null, waitMs: 0 });
      running = [];
    });
    afterEach(async () => {
      await Promise.all(running.map((one) => one.stop()));
      collector.close();
      world[Symbol.dispose]();
      rmSync(home, { recursive: true });
    });

    /** Starts the receiver, with every commit going through `commit`. */
    const start = (commit: Commit = (batches, real) => real(batches)): Running => {
      const deps = {
        log: silentLog,
        now: Date.now,
        count: () => undefined,
        origins: collector.origins,
        projects: () => [],
        events: createReceiverEvents(),
      };
      // Whatever lies in files is read by another receiver; this one need not wait for it.
      setImmediate(() => deps.events.caughtUp.tell());
      const one = run(
        (sink) => receiver.create(world.config, { ...deps, sink }),
        (batches) => commit(batches, collector.sink),
      );
      running = [...running, one];
      return one;
    };
    const stored = (): number => world.stored(collector);
    const position = (): string =>
      collector
        .origins(world.source)
        .map((origin) => origin.position)
        .join();

    it('goes under its own name, and refuses a setting that it does not know', async () => {
      const deps = { origins: () => [], events: createReceiverEvents() } as unknown as ReceiverDeps;
      expect(receiver.create(world.config, deps).name).toBe(receiver.name);
      const schema = await receiver.config();
      expect(schema.safeParse(world.config).success).toBe(true);
      expect(schema.safeParse({ ...world.config, unheardOf: 1 }).success).toBe(false);
    });

    it('stores everything there is, and what comes later', async () => {
      world.offer(5);
      const one = start();
      await one.until(() => stored() === 5);
      world.offer(3);
      await one.until(() => stored() === 8);
      expect(one.trouble()).toBeUndefined();
    });

    it('stores nothing again after a restart', async () => {
      world.offer(5);
      const first = start();
      await first.until(() => stored() === 5);
      await first.stop();
      world.offer(2);
      const second = start();
      await second.until(() => stored() === 7);
      await second.stop();
      expect(stored()).toBe(7);
      const known = second.committed.flatMap((batch) => batch.records);
      expect(known.length).toBeLessThan(first.committed.flatMap((batch) => batch.records).length);
    });

    it('moves its position only when what it sent is committed', async () => {
      world.offer(5);
      const gate = Promise.withResolvers<void>();
      const one = start(async (batches, real) => {
        await gate.promise;
        await real(batches);
      });
      await one.sent;
      expect(position()).toBe('');
      gate.resolve();
      await one.until(() => stored() === 5);
      expect(position()).not.toBe('');
    });

    it('sends again after a restart what was never committed', async () => {
      world.offer(5);
      const lost = start(async () => {
        throw new TransientError('the disk is full', { retryAfterMs: 60_000 });
      });
      await lost.sent;
      await lost.stop();
      expect(stored()).toBe(0);
      await start().until(() => stored() === 5);
    });

    it('sends again what could not be committed for a while, and says why it waits', async () => {
      world.offer(5);
      let refusals = 3;
      const troubles: (string | undefined)[] = [];
      const one = start(async (batches, real) => {
        troubles.push(one.trouble());
        if (refusals-- > 0) throw new TransientError('the disk is full', { retryAfterMs: 1 });
        await real(batches);
      });
      await one.until(() => stored() === 5);
      for (const facts of [6, 7, 8]) {
        world.offer(1);
        await one.until(() => stored() === facts);
      }
      expect(troubles.slice(0, 4)).toEqual([
        undefined,
        'the disk is full',
        'the disk is full',
        'the disk is full',
      ]);
      expect(one.trouble()).toBeUndefined();
    });

    it('survives what it cannot understand, counts it, and goes on', async () => {
      world.offer(2);
      const rejects = world.offerMalformed();
      const one = start();
      world.offer(2);
      await one.until(() => stored() === 4);
      const letters = collector.store.db.prepare('SELECT count(*) FROM dead_letter').pluck().get();
      expect(letters).toBe(rejects);
    });

    it('ends loudly where a commit fails for no reason that passes', async () => {
      world.offer(1);
      const one = start(async () => {
        throw new RangeError('a bug');
      });
      await expect(one.ended).rejects.toThrow('a bug');
    });

    it.each<[string, Commit | undefined]>([
      ['while it waits for more', undefined],
      [
        'while it waits to try again',
        () => Promise.reject(new TransientError('the disk is full', { retryAfterMs: 60_000 })),
      ],
    ])('stops within a second of being told, %s', async (_name, commit) => {
      world.offer(5);
      const one = start(commit);
      await (commit === undefined ? one.until(() => stored() === 5) : one.sent);
      const toldAt = performance.now();
      await one.stop();
      expect(performance.now() - toldAt).toBeLessThan(1000);
    });

    it('can be stopped before it has started', async () => {
      world.offer(5);
      const deps = {
        log: silentLog,
        now: Date.now,
        count: () => undefined,
        origins: collector.origins,
        projects: () => [],
        sink: collector.sink,
        events: createReceiverEvents(),
      };
      await receiver.create(world.config, deps).run(AbortSignal.abort());
      expect(stored()).toBe(0);
    });

    it('changes neither its configuration nor a batch once it is sent', async () => {
      const before = JSON.stringify(deepFrozen(world.config));
      world.offer(5);
      const one = start(async (batches, real) => real(deepFrozen(batches)));
      await one.until(() => stored() === 5);
      world.offer(1);
      await one.until(() => stored() === 6);
      expect(JSON.stringify(world.config)).toBe(before);
    });
  });
}

interface Running {
  /** Everything that was committed. */
  readonly committed: readonly Batch[];
  /** Resolves when something is sent for the first time. */
  readonly sent: Promise<void>;
  readonly ended: Promise<void>;
  readonly trouble: () => string | undefined;
  /** Resolves when the condition holds after some commit; rejects where the receiver fails first. */
  readonly until: (condition: () => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Runs a receiver and tells of its commits. */
function run(create: (sink: Sink) => Component, commit: Sink): Running {
  const abort = new AbortController();
  const committed: Batch[] = [];
  const sent = Promise.withResolvers<void>();
  let next = Promise.withResolvers<void>();
  const component = create(async (batches) => {
    sent.resolve();
    await commit(batches);
    committed.push(...batches);
    next.resolve();
    next = Promise.withResolvers<void>();
  });
  const ended = component.run?.(abort.signal) ?? Promise.resolve();
  const failed = ended.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  return {
    committed,
    sent: sent.promise,
    ended,
    trouble: () => component.trouble?.(),
    until: async (condition) => {
      while (!condition()) await Promise.race([next.promise, failed]);
    },
    stop: async () => {
      abort.abort();
      await ended.catch(() => undefined);
    },
  };
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}
