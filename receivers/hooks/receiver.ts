import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import type { Receiver, ReceiverDeps } from '../../src/component.ts';
import { TransientError, isSystemError } from '../../src/errors.ts';
import { Alarm } from '../../src/runtime/alarm.ts';
import type { HooksConfig } from './config.ts';
import { Drain, type DrainParts } from './drain.ts';
import { SegmentDrain } from './drain-segments.ts';
import { Ledger } from './ledger.ts';
import { SEGMENTS, Spool } from './spool.ts';

/** A wait before trying again, where the store could not be written to. */
const RETRY_MS = 2_000;
/** How often what was left in `tmp` is looked at. */
const LEFTOVERS_MS = 10_000;
const MAX_PROBLEMS = 1_000;
/**
 * What comes while something was just drained is drained together this long after: every commit makes the disk wait, and
 * with it those whose hooks come over HTTP. The first after a pause is drained at once.
 */
const GATHER_MS = 20;

/** Makes the receiver. It may run in a thread that has no need of the schemas, so they are kept apart. */
export const createHooks = (settings: HooksConfig, deps: ReceiverDeps): HooksReceiver =>
  new HookReceiver(settings, deps);

/** The running receiver. */
export interface HooksReceiver extends Receiver {
  /** Drains once what is there, and returns how many payloads that were. */
  readonly drain: (signal: AbortSignal) => Promise<number>;
}

class HookReceiver implements HooksReceiver {
  readonly name = 'hooks';
  readonly #settings: HooksConfig;
  readonly #deps: ReceiverDeps;
  readonly #spool: Spool;
  readonly #problems = new Map<string, string>();
  #drains: readonly [Drain, SegmentDrain] | undefined;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #alarm = new Alarm();
  #isNews = true;
  #leftoversAtMs = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined;

  constructor(settings: HooksConfig, deps: ReceiverDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#spool = new Spool(settings.spool, settings.maxPayloadBytes);
  }

  readonly trouble = (): string | undefined => {
    const [first] = this.#problems;
    return this.#trouble ?? (first && `Cannot read the spooled hook ${first[0]}: ${first[1]}`);
  };

  readonly waiting = (): number => this.#drains?.[0].waiting ?? 0;

  readonly drain = async (signal: AbortSignal): Promise<number> => {
    this.#problems.clear();
    const [drain, segments] = (this.#drains ??= this.#newDrains());
    const isDue = performance.now() - this.#leftoversAtMs >= LEFTOVERS_MS;
    if (isDue) this.#leftoversAtMs = performance.now();
    const leftovers = isDue ? await drain.sweep(signal) : 0;
    return leftovers + (await drain.drain(signal)) + (await segments.drain(signal));
  };

  readonly run = async (signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', this.#alarm.wake, { once: true });
    await this.#caughtUp(signal);
    try {
      while (!signal.aborted) {
        this.#isNews = false;
        const startedMs = performance.now();
        await this.#once(signal);
        if (!this.#isNews) await this.#alarm.sleep(this.#settings.sweepIntervalMs, signal);
        else await rest(startedMs + GATHER_MS - performance.now());
      }
    } finally {
      for (const watcher of this.#watchers.values()) watcher.close();
    }
  };

  /** Hooks enrich what files tell, and finding what they belong to needs indexes, which a first filling has none of. */
  async #caughtUp(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#deps.events.caughtUp.listen(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Drains; where that fails, what is spooled stays and is drained later. */
  async #once(signal: AbortSignal): Promise<void> {
    try {
      this.#spool.make();
      this.#watch();
      await this.drain(signal);
      this.#trouble = undefined;
    } catch (error) {
      const isForeseen = error instanceof TransientError || isSystemError(error);
      if (!isForeseen) throw error;
      if (this.#trouble === undefined)
        this.#deps.log.error({ err: error }, 'Hooks wait in the spool until it can be drained.');
      this.#trouble = error.message;
      // What was taken but not committed is read again.
      this.#drains = undefined;
      const waitMs = error instanceof TransientError ? error.retryAfterMs : undefined;
      await this.#alarm.sleep(waitMs ?? RETRY_MS, signal);
    }
  }

  #newDrains(): readonly [Drain, SegmentDrain] {
    const { sink, now, origins, events } = this.#deps;
    const known = origins('hook').find(({ path: place }) => place === this.#spool.path);
    const parts: DrainParts = {
      spool: this.#spool,
      sink,
      now,
      ledger: new Ledger(known?.position),
      unknown: new Set(),
      onTranscripts: events.transcripts.tell,
      onProblem: this.#problem,
    };
    return [new Drain(parts), new SegmentDrain(parts, this.#settings.maxPayloadBytes)];
  }

  readonly #problem = (name: string, reason: string): void => {
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.set(name, reason);
    this.#deps.count('read_errors', 'hook');
  };

  /** Hears of new files at once; where that fails, they are found by looking. */
  #watch(): void {
    for (const folder of ['new', SEGMENTS]) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(path.join(this.#spool.path, folder), { persistent: false }, () => {
          this.#isNews = true;
          this.#alarm.wake();
        });
        watcher.on('error', () => {
          watcher.close();
          this.#watchers.delete(folder);
        });
        this.#watchers.set(folder, watcher);
      } catch (error) {
        if (!isSystemError(error)) throw error;
      }
    }
  }
}

const rest = async (ms: number): Promise<void> => {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
};
