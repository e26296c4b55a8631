import type { Sink } from '../../src/component.ts';
import { type DrainState, HookBatch } from './hook-batch.ts';
import type { Spool, SpoolEntry } from './spool.ts';

/** What draining needs. */
export interface DrainParts {
  readonly spool: Spool;
  readonly sink: Sink;
  readonly now: () => number;
  /** Where what was committed begins. */
  readonly state: DrainState;
  /** Transcripts that hooks named, once what they told is committed. */
  readonly onTranscripts: (paths: readonly string[]) => void;
  /** A file that cannot be read now; it stays where it is. */
  readonly onProblem: (path: string, reason: string) => void;
}

const MAX_PAYLOADS = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** A file of this age in `tmp` that is whole was not renamed, and never will be. */
const WHOLE_AFTER_MS = 5_000;
/** A file of this age in `tmp` that is not whole is nobody's any more. */
const STALE_AFTER_MS = 3_600_000;
/** Unusable payloads that people may look at: so many, none longer than this. */
const MAX_BURIED = 200;
const MAX_BURIED_BYTES = 1024 * 1024;

/**
 * Empties the spool: reads, commits, then takes away. A crash in between leaves files whose ids are committed: these are
 * only taken away.
 */
export class Drain {
  readonly #parts: DrainParts;
  readonly #unknown = new Set<string>();
  #state: DrainState;
  #done: Set<string>;
  #waiting = 0;

  constructor(parts: DrainParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#done = new Set(parts.state.done);
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
    let batch = new HookBatch(this.#unknown);
    for (const entry of entries) {
      if (signal.aborted) break;
      if (this.#done.has(entry.id)) this.#remove(entry);
      else this.#take(batch, entry);
      if (batch.size < MAX_PAYLOADS && batch.bytes < MAX_BYTES) continue;
      drained += await this.#commit(batch);
      batch = new HookBatch(this.#unknown);
    }
    return drained + (await this.#commit(batch));
  }

  #take(batch: HookBatch, entry: SpoolEntry): void {
    const bytes = this.#read(entry);
    if (bytes === undefined) return;
    const isCut = entry.folder === 'tmp' && bytes !== null && !isObject(bytes);
    if (isCut) batch.reject(entry, 'incomplete');
    else batch.add(entry, bytes);
  }

  async #commit(batch: HookBatch): Promise<number> {
    if (batch.size === 0) return 0;
    const { spool, sink, onTranscripts } = this.#parts;
    const committed = batch.commit(spool.path, { ...this.#state, done: [...this.#done] });
    await sink([committed]);
    const { lines, bytes } = committed.checkpoint!;
    this.#state = { payloads: lines, bytes, done: [] };
    for (const { id } of [...batch.taken, ...batch.rejected]) this.#done.add(id);
    for (const entry of batch.taken) this.#remove(entry);
    for (const entry of batch.rejected) this.#bury(entry);
    if (batch.rejected.length > 0) this.#exhume();
    this.#waiting -= batch.size;
    onTranscripts([...batch.transcriptPaths]);
    return batch.size;
  }

  #remove(entry: SpoolEntry): void {
    const isRemoved = this.#parts.spool.remove(entry);
    // One that was renamed while it was read from `tmp` is about to be seen in `new`.
    if (isRemoved || entry.folder === 'new') this.#done.delete(entry.id);
  }

  #bury(entry: SpoolEntry): void {
    const { spool } = this.#parts;
    if (entry.sizeBytes > MAX_BURIED_BYTES) spool.remove(entry);
    else spool.bury(entry);
    this.#done.delete(entry.id);
  }

  /** Makes room for newer unusable payloads. */
  #exhume(): void {
    const { spool } = this.#parts;
    for (const entry of spool.entries('dead').slice(0, -MAX_BURIED)) spool.remove(entry);
  }

  #read(entry: SpoolEntry): Buffer | null | undefined {
    const { spool, onProblem } = this.#parts;
    try {
      return spool.read(entry);
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      onProblem(entry.name, error.message);
      return undefined;
    }
  }

  #isWhole(entry: SpoolEntry): boolean {
    const bytes = this.#read(entry);
    return bytes !== undefined && bytes !== null && isObject(bytes);
  }
}

/** Whether the bytes are one JSON value: the beginning of an object never is. */
const isObject = (bytes: Buffer): boolean => {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
};
