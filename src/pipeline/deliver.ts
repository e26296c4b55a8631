import type { PusherDeps } from '../component.ts';
import { PermanentError, TransientError } from '../errors.ts';
import { createBackoff } from '../runtime/backoff.ts';
import { pause } from '../runtime/pause.ts';
import type { Refused, Stored } from '../store/store.ts';

/** What a far side did with a batch that it took. */
export interface SendOutcome {
  /** How many of the batch it took and threw away; they are counted and not sent again. */
  readonly rejected?: number;
  /** Its words about that. */
  readonly message?: string;
}

/** One exporter's way out: which lines, how many at a time, and how they are sent. */
export interface Delivery {
  /** Name of its cursor. */
  readonly exporter: string;
  readonly deps: Pick<PusherDeps, 'reader' | 'cursors' | 'log' | 'count'>;
  /** Most lines of the log in a batch. */
  readonly limit: number;
  /** Milliseconds that a batch waits for more; one of `enough` lines waits for none. */
  readonly lingerMs?: number;
  /** The limit where it is left out. */
  readonly enough?: number;
  /** Whether a line is for this exporter; others are passed over. */
  readonly accepts?: (line: Stored) => boolean;
  /**
   * Sends a batch, oldest first, and resolves when the far side has it.
   *
   * @throws TransientError to be tried again with the same batch, PermanentError where something in the batch is bad.
   */
  readonly send: (batch: readonly Stored[], signal: AbortSignal) => Promise<SendOutcome | void>;
  /** What is kept of a line that was refused for good. */
  readonly bodyOf?: (line: Stored) => string;
  /** A number from 0 up to 1, for the back-off. */
  readonly random?: () => number;
}

/** The loop of one exporter. */
export interface DeliveryLoop {
  /** Delivers what is committed until the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Why nothing gets through at the moment; undefined while all is well. */
  readonly trouble: () => string | undefined;
}

/** What became of a batch. */
interface Sent {
  readonly taken: number;
  readonly refused: readonly Refused[];
}

/** So many lines in a row refused one by one are no longer the fault of the lines. */
const REFUSED_IN_A_ROW = 8;
/** However long a far side says to stay away, it is asked again after so many milliseconds. */
const LONGEST_ASKED_MS = 15 * 60_000;

/**
 * The one retry loop. The store is the queue: the cursor moves, durably, when a batch has been taken, and only then is
 * the next one read. A crash in between sends one batch again; a far side knows entries by id and revision.
 */
export const createDelivery = (delivery: Delivery): DeliveryLoop => {
  const loop = new Loop(delivery);
  return { run: (signal) => loop.run(signal), trouble: () => loop.trouble };
};

class Loop {
  readonly #delivery: Delivery;
  readonly #backoff: ReturnType<typeof createBackoff>;
  /** Between refusals; unlike the other one it does not begin anew with the next batch. */
  readonly #patience: ReturnType<typeof createBackoff>;
  trouble: string | undefined;
  #refusedInARow = 0;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
    const { random = Math.random } = delivery;
    this.#backoff = createBackoff({ random });
    this.#patience = createBackoff({ random });
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#deliver(signal);
      } catch (error) {
        if (signal.aborted) return;
        const { exporter, deps } = this.#delivery;
        deps.log.error({ err: error, exporter }, 'An exporter failed; it begins again.');
        this.trouble = `The exporter ${exporter} failed: ${textOf(error)}`;
        await pause(this.#backoff.next(), signal);
      }
    }
  }

  /** From the durable cursor on, until the signal aborts. */
  async #deliver(signal: AbortSignal): Promise<void> {
    const { exporter, deps, limit, accepts = () => true } = this.#delivery;
    const { reader, cursors } = deps;
    if (cursors.load(exporter) === null) await this.#save(0, [], signal);
    let seq = cursors.load(exporter)?.seq ?? 0;
    while (!signal.aborted) {
      await reader.changed(seq, signal);
      await this.#linger(seq, signal);
      if (signal.aborted) return;
      const { lines, toSeq } = reader.current(seq, limit);
      const sent = await this.#sendAll(lines.filter(accepts), signal);
      if (sent === null) return;
      const { taken, refused } = sent;
      await this.#save(toSeq, refused, signal);
      if (taken > 0) deps.count('exported', exporter, taken);
      seq = toSeq;
    }
  }

  /** Lets a batch after `seq` grow, for a while. */
  async #linger(seq: number, signal: AbortSignal): Promise<void> {
    const { deps, limit, lingerMs = 0, enough = limit } = this.#delivery;
    if (lingerMs <= 0 || deps.reader.lastSeq() - seq >= enough) return;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    await Promise.race([pause(lingerMs, either), deps.reader.changed(seq + enough - 1, either)]);
    over.abort();
  }

  /** Sends a batch, in halves where part of it is refused, down to the lines at fault; null when told to stop before. */
  async #sendAll(batch: readonly Stored[], signal: AbortSignal): Promise<Sent | null> {
    const refused: Refused[] = [];
    let taken = 0;
    const waiting = batch.length === 0 ? [] : [batch];
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      const answer = await this.#insist(part, signal);
      if (answer === undefined) return null;
      const [line] = part;
      if (!(answer instanceof PermanentError)) taken += part.length - answer;
      else if (part.length === 1 && line !== undefined) {
        refused.push(this.#refusedLine(line, answer.message));
        await this.#slowDown(answer, signal);
      } else {
        const half = Math.ceil(part.length / 2);
        waiting.push(part.slice(half), part.slice(0, half));
      }
    }
    return { taken, refused };
  }

  /** Sends until the far side takes it, save so many, or refuses it; undefined when told to stop before. */
  async #insist(
    part: readonly Stored[],
    signal: AbortSignal,
  ): Promise<number | PermanentError | undefined> {
    const { exporter, deps, send } = this.#delivery;
    while (!signal.aborted) {
      try {
        const outcome = await send(part, signal);
        this.#backoff.reset();
        this.trouble = undefined;
        this.#patience.reset();
        this.#refusedInARow = 0;
        return this.#rejected(outcome);
      } catch (error) {
        if (error instanceof PermanentError) return error;
        if (!(error instanceof TransientError)) throw error;
        if (signal.aborted) break;
        deps.count('export_retries', exporter, 1);
        await this.#wait(error, signal);
      }
    }
    return undefined;
  }

  async #wait(error: TransientError, signal: AbortSignal): Promise<void> {
    const { exporter, deps } = this.#delivery;
    const text = [error.message, ...(error.hint === undefined ? [] : [error.hint])].join(' ');
    if (this.trouble === undefined) deps.log.warn({ exporter }, text);
    this.trouble = `The exporter ${exporter} waits: ${text}`;
    const ownMs = this.#backoff.next();
    await pause(Math.max(ownMs, Math.min(error.retryAfterMs ?? 0, LONGEST_ASKED_MS)), signal);
  }

  /** A far side that refuses whatever it is sent is asked ever more rarely, until a person has put it right. */
  async #slowDown({ message }: PermanentError, signal: AbortSignal): Promise<void> {
    this.#refusedInARow += 1;
    if (this.#refusedInARow < REFUSED_IN_A_ROW) return;
    const { exporter } = this.#delivery;
    this.trouble = `The far side of ${exporter} refuses everything: ${message}`;
    await pause(this.#patience.next(), signal);
  }

  #rejected(outcome: SendOutcome | void): number {
    const { rejected = 0, message = '' } = outcome ?? {};
    if (rejected <= 0) return 0;
    const { exporter, deps } = this.#delivery;
    deps.count('export_dropped', `${exporter} rejected`, rejected);
    deps.log.warn({ exporter, rejected, message }, 'The far side took a batch in part.');
    return rejected;
  }

  #refusedLine(line: Stored, reason: string): Refused {
    const { exporter, deps, bodyOf = JSON.stringify } = this.#delivery;
    const { id, revision } = line.kind === 'plan' ? line.event : line.entry;
    deps.count('export_dropped', `${exporter} refused`, 1);
    deps.log.warn({ exporter, id, reason }, 'The far side refused an entry for good.');
    return { seq: line.seq, id, revision, reason, body: bodyOf(line) };
  }

  /** Saves the cursor, however long there is no room for it; what was sent is not sent again for that. */
  async #save(seq: number, refused: readonly Refused[], signal: AbortSignal): Promise<void> {
    const { exporter, deps } = this.#delivery;
    for (;;) {
      try {
        await deps.cursors.save(exporter, seq, refused);
        this.#backoff.reset();
        this.trouble = undefined;
        return;
      } catch (error) {
        if (!(error instanceof TransientError) || signal.aborted) throw error;
        await this.#wait(error, signal);
      }
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
