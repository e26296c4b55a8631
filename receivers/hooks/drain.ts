import type { Sink } from '../../src/component.ts';
import { isSystemError } from '../../src/errors.ts';
import { HookBatch } from './hook-batch.ts';
import type { Ledger } from './ledger.ts';
import { MAX_BYTES, MAX_PAYLOADS } from './limits.ts';
import type { Spool, SpoolEntry } from './spool.ts';

/** What draining needs. */
export interface DrainParts {
  readonly spool: Spool;
  readonly sink: Sink;
  readonly now: () => number;
  readonly ledger: Ledger;
  /** Names of unknown events so far. */
  readonly unknown: Set<string>;
  /** Transcripts that hooks named, once what they told is committed. */
  readonly onTranscripts: (paths: readonly string[]) => void;
  /** A file that cannot be read now; it stays where it is. */
  readonly onProblem: (path: string, reason: string) => void;
}

/** A file of this age in `tmp` that is whole was not renamed, and never will be. */
const WHOLE_AFTER_MS = 5_000;
/** A file of this age in `tmp` that is not whole is nobody's any more. */
const STALE_AFTER_MS = 3_600_000;

/** Files that go into one commit. */
interface Taken {
  readonly batch: HookBatch;
  readonly used: SpoolEntry[];
  readonly rejected: SpoolEntry[];
}

/**
 * Empties the spool's folders: reads, commits, then takes away. A crash in between leaves files whose ids are committed:
 * these are only taken away.
 */
export class Drain {
  readonly #parts: DrainParts;
  #waiting = 0;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Payloads that were seen in the spool and are not committed. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Drains what is there now; returns how many payloads that were. Throws as the sink does, and may be called again. */
  async drain(signal: AbortSignal): Promise<number> {
    return await this.#drain(this.#parts.spool.entries('new'), signal);
  }

  /** Takes in what was left in `tmp`, and clears away what never got whole. */
  async sweep(signal: AbortSignal): Promise<number> {
    const { spool, now } = this.#parts;
    const nowMs = now();
    const old = spool.entries('tmp').filter(({ atMs }) => nowMs - atMs >= WHOLE_AFTER_MS);
    const isStale = ({ atMs }: SpoolEntry): boolean => nowMs - atMs >= STALE_AFTER_MS;
    return await this.#drain(
      old.filter((entry) => isStale(entry) || this.#isWhole(entry)),
      signal,
    );
  }

  async #drain(entries: readonly SpoolEntry[], signal: AbortSignal): Promise<number> {
    let drained = 0;
    this.#waiting = entries.length;
    let taken = this.#nothing();
    for (const entry of entries) {
      if (signal.aborted) break;
      if (this.#parts.ledger.isDone(entry.id)) this.#remove(entry);
      else this.#take(taken, entry);
      if (taken.batch.size < MAX_PAYLOADS && taken.batch.bytes < MAX_BYTES) continue;
      drained += await this.#commit(taken);
      taken = this.#nothing();
    }
    return drained + (await this.#commit(taken));
  }

  #nothing(): Taken {
    return { batch: new HookBatch(this.#parts.unknown), used: [], rejected: [] };
  }

  #take({ batch, used, rejected }: Taken, entry: SpoolEntry): void {
    const bytes = this.#read(entry);
    if (bytes === undefined) return;
    const isCut = entry.folder === 'tmp' && bytes !== null && !isJson(bytes);
    const isUsed = isCut ? batch.reject(entry, 'incomplete') : batch.add(entry, bytes);
    (isUsed ? used : rejected).push(entry);
  }

  async #commit({ batch, used, rejected }: Taken): Promise<number> {
    if (batch.size === 0) return 0;
    const { spool, sink, ledger, onTranscripts } = this.#parts;
    const done = [...used, ...rejected].map(({ id }) => id);
    const progress = { payloads: batch.size, bytes: batch.bytes, done };
    await sink([batch.commit(spool.path, ledger, progress)]);
    ledger.advance(progress);
    for (const entry of used) this.#remove(entry);
    for (const entry of rejected) {
      spool.bury(entry);
      ledger.forget(entry.id);
    }
    if (rejected.length > 0) spool.exhume();
    this.#waiting -= batch.size;
    onTranscripts([...batch.transcriptPaths]);
    return batch.size;
  }

  #remove(entry: SpoolEntry): void {
    const { spool, ledger } = this.#parts;
    const isRemoved = spool.remove(entry);
    // One that was renamed while it was read from `tmp` is about to be seen in `new`.
    if (isRemoved || entry.folder === 'new') ledger.forget(entry.id);
  }

  #read(entry: SpoolEntry): Buffer | null | undefined {
    const { spool, onProblem } = this.#parts;
    try {
      return spool.read(entry);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      onProblem(entry.name, error.message);
      return undefined;
    }
  }

  #isWhole(entry: SpoolEntry): boolean {
    const bytes = this.#read(entry);
    return bytes !== undefined && bytes !== null && isJson(bytes);
  }
}

/** Whether the bytes are one JSON value: the beginning of an object never is. */
const isJson = (bytes: Buffer): boolean => {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
};
