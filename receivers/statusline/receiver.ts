import type { Receiver, ReceiverDeps } from '../../src/component.ts';
import { isSystemError, TransientError } from '../../src/errors.ts';
import type { RateLimitRecord } from '../../src/records/rate-limit.ts';
import type { Reject } from '../../src/records/record.ts';
import { Alarm } from '../../src/runtime/alarm.ts';
import type { StatuslineConfig } from './config.ts';
import { decodeKept } from './decode.ts';
import { type KeptEntry, KeptFolder } from './kept-folder.ts';

/** A wait before trying again, where the store could not be written to. */
const RETRY_MS = 2_000;
/** Nanoseconds in a millisecond. */
const NANOSECONDS = 1_000_000n;
const POSITION = /^(\d{1,20}) (\d{1,15}) (\d{1,15})$/;

/** Makes the receiver. It may run in a thread that has no need of the schemas, so they are kept apart. */
export const createStatusline = (settings: StatuslineConfig, deps: ReceiverDeps): Receiver =>
  new StatuslineReceiver(settings, deps);

/** How far the folder was read: time of the newest file committed, and totals since the beginning. */
interface Position {
  readonly newestNs: bigint;
  readonly files: number;
  readonly bytes: number;
}

/** What goes into one commit. */
interface Taken {
  readonly files: Map<string, bigint>;
  readonly records: RateLimitRecord[];
  readonly rejects: Reject[];
  newestNs: bigint;
  bytes: number;
}

class StatuslineReceiver implements Receiver {
  readonly name = 'statusline';
  readonly #settings: StatuslineConfig;
  readonly #deps: ReceiverDeps;
  readonly #folder: KeptFolder;
  readonly #alarm = new Alarm();
  /** Files by name, with the time they had when they were committed; undefined until the first look. */
  #taken: Map<string, bigint> | undefined;
  #trouble: string | undefined;

  constructor(settings: StatuslineConfig, deps: ReceiverDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#folder = new KeptFolder(settings.folder);
  }

  readonly trouble = (): string | undefined => this.#trouble;

  readonly run = async (signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', this.#alarm.wake, { once: true });
    await this.#caughtUp(signal);
    while (!signal.aborted) {
      const waitMs = await this.#once();
      await this.#alarm.sleep(waitMs, signal);
    }
  };

  /** A first filling is not to be disturbed, and what it fills shows no metrics yet. */
  async #caughtUp(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#deps.events.caughtUp.listen(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Takes what is new; where it cannot be committed it stays, and is taken later. Returns how long to wait. */
  async #once(): Promise<number> {
    try {
      await this.#sweep();
      this.#trouble = undefined;
      return this.#settings.sweepIntervalMs;
    } catch (error) {
      if (!(error instanceof TransientError) && !isSystemError(error)) throw error;
      if (this.#trouble === undefined)
        this.#deps.log.error({ err: error }, 'What status lines told is taken later.');
      this.#trouble = error.message;
      return (error instanceof TransientError ? error.retryAfterMs : undefined) ?? RETRY_MS;
    }
  }

  async #sweep(): Promise<void> {
    const nowMs = this.#deps.now();
    const entries = this.#folder.entries(nowMs);
    const before = (this.#taken ??= committed(entries, this.#position().newestNs, nowMs));
    const fresh = entries.filter(({ name, writtenAtNs }) => before.get(name) !== writtenAtNs);
    if (fresh.length > 0) await this.#commit(fresh, before, nowMs);
    // Names that are gone are forgotten, so that there are never more of them than files.
    const names = new Set(entries.map(({ name }) => name));
    for (const name of before.keys()) if (!names.has(name)) before.delete(name);
  }

  async #commit(
    fresh: readonly KeptEntry[],
    before: Map<string, bigint>,
    nowMs: number,
  ): Promise<void> {
    const taken = this.#take(fresh, nowMs);
    if (taken.files.size === 0) return;
    const known = this.#position();
    const newestAtMs = Math.min(Number(taken.newestNs / NANOSECONDS), nowMs);
    const position: Position = {
      newestNs: taken.newestNs > known.newestNs ? taken.newestNs : known.newestNs,
      files: known.files + taken.files.size,
      bytes: known.bytes + taken.bytes,
    };
    await this.#deps.sink([
      {
        source: 'statusline',
        origin: { path: this.#folder.path, firstAtMs: null, writtenAtMs: newestAtMs },
        records: taken.records,
        rejects: taken.rejects,
        entries: new Map([['statusline', taken.files.size]]),
        newestAtMs,
        checkpoint: {
          position: `${position.newestNs} ${position.files} ${position.bytes}`,
          sessionId: null,
          lines: position.files,
          bytes: position.bytes,
        },
      },
    ]);
    for (const [name, writtenAtNs] of taken.files) before.set(name, writtenAtNs);
  }

  #take(fresh: readonly KeptEntry[], nowMs: number): Taken {
    const taken: Taken = { files: new Map(), records: [], rejects: [], newestNs: 0n, bytes: 0 };
    for (const { name } of fresh) {
      const file = this.#folder.read(name);
      if (file === undefined) continue;
      const { bytes, sizeBytes, writtenAtNs } = file;
      const toldAtMs = Math.min(Number(writtenAtNs / NANOSECONDS), nowMs);
      const { records, rejects } = decodeKept({ name, bytes, sizeBytes, toldAtMs });
      taken.records.push(...records);
      taken.rejects.push(...rejects);
      taken.files.set(name, writtenAtNs);
      taken.bytes += sizeBytes;
      if (writtenAtNs > taken.newestNs) taken.newestNs = writtenAtNs;
    }
    return taken;
  }

  #position(): Position {
    const { path } = this.#folder;
    const known = this.#deps.origins('statusline').find((origin) => origin.path === path);
    const [, newestNs = '0', files = '0', bytes = '0'] = POSITION.exec(known?.position ?? '') ?? [];
    return { newestNs: BigInt(newestNs), files: Number(files), bytes: Number(bytes) };
  }
}

/**
 * Files that an earlier process has committed. Where it was ahead of our clock nobody can tell, so that everything is
 * told once more; the store knows what of it is new.
 */
const committed = (
  entries: readonly KeptEntry[],
  newestNs: bigint,
  nowMs: number,
): Map<string, bigint> => {
  const isAhead = newestNs > BigInt(nowMs) * NANOSECONDS + NANOSECONDS;
  const done = isAhead ? [] : entries.filter(({ writtenAtNs }) => writtenAtNs <= newestNs);
  return new Map(done.map(({ name, writtenAtNs }) => [name, writtenAtNs]));
};
