import type { BudgetMessage } from './message.ts';
import type { ToldState } from './told-file.ts';

const DAY_MS = 86_400_000;
/** So long a message is remembered after its budget was last seen at that level. */
const REMEMBERED_MS = 7 * DAY_MS;
const MAX_REMEMBERED = 5_000;
/** More than these do not wait at a time; the next ones are noticed again when there is room. */
const MAX_WAITING = 1_000;

/** Which messages were told and which wait, so that each is told once. */
export class Ledger {
  readonly #told: Map<string, number>;
  readonly #waiting: Map<string, BudgetMessage>;
  /** Whether there is something that the file does not have. */
  isChanged = false;

  constructor({ told, waiting }: ToldState) {
    this.#told = new Map(Object.entries(told));
    this.#waiting = new Map(waiting.map((message) => [message.id, message]));
  }

  get state(): ToldState {
    return { told: Object.fromEntries(this.#told), waiting: this.waiting };
  }

  /** Oldest first. */
  get waiting(): readonly BudgetMessage[] {
    return [...this.#waiting.values()];
  }

  /** Whether a message was told, or waits. */
  knows(id: string): boolean {
    return this.#told.has(id) || this.#waiting.has(id);
  }

  /** Lets a message wait that is not known. */
  add(message: BudgetMessage): void {
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(message.id, message);
    this.isChanged = true;
  }

  /** A message that is done with, whether it got through or never will. */
  settle(id: string, nowMs: number): void {
    this.#waiting.delete(id);
    this.#told.set(id, nowMs);
    this.isChanged = true;
  }

  /** Forgets what is long over; `current` are the messages that would have to be told now, were they not known. */
  forget(current: ReadonlySet<string>, nowMs: number): void {
    for (const [id, atMs] of this.#told) {
      if (current.has(id)) this.#refresh(id, { atMs, nowMs });
      else if (nowMs - atMs > REMEMBERED_MS) this.#drop(id);
    }
    for (const id of this.#told.keys()) {
      if (this.#told.size <= MAX_REMEMBERED) return;
      if (!current.has(id)) this.#drop(id);
    }
  }

  /** A session may be at work for weeks: what is told of it is remembered from when it was last seen, to the day. */
  #refresh(id: string, { atMs, nowMs }: { readonly atMs: number; readonly nowMs: number }): void {
    if (nowMs - atMs <= DAY_MS) return;
    this.#told.set(id, nowMs);
    this.isChanged = true;
  }

  #drop(id: string): void {
    this.#told.delete(id);
    this.isChanged = true;
  }
}
