import type { Sink } from '../../src/component.ts';
import type { Batch } from '../../src/records/record.ts';

/** So many go into one commit. */
const MAX_BATCHES = 64;
const MAX_LINES = 20_000;

/** Batches that wait to be committed together, and what is to be remembered of them then. */
export class Outbox {
  readonly #sink: Sink;
  #waiting: { readonly batch: Batch; readonly onCommitted: () => void }[] = [];
  #lines = 0;
  #sent = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Records that were committed since the beginning. */
  get sent(): number {
    return this.#sent;
  }

  async add(batch: Batch, onCommitted: () => void): Promise<void> {
    this.#waiting.push({ batch, onCommitted });
    this.#lines += batch.checkpoint?.lines ?? 0;
    if (this.#waiting.length >= MAX_BATCHES || this.#lines >= MAX_LINES) await this.flush();
  }

  /**
   * Commits what waits. Throws as the sink does; what was not committed is forgotten then and has to be found again.
   */
  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#lines = 0;
    if (waiting.length === 0) return;
    await this.#sink(waiting.map(({ batch }) => batch));
    for (const { batch, onCommitted } of waiting) {
      this.#sent += batch.records.length;
      onCommitted();
    }
  }
}
