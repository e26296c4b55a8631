import type { ReceiverDeps } from '../../src/component.ts';

const MAX_PROBLEMS = 1000;

/** What cannot be read now, and why; each is told when it is new. */
export class Problems {
  readonly #deps: Pick<ReceiverDeps, 'count' | 'log'>;
  readonly #reasons = new Map<string, string>();
  #seen = new Set<string>();

  constructor(deps: Pick<ReceiverDeps, 'count' | 'log'>) {
    this.#deps = deps;
  }

  /** The first of them. */
  get first(): readonly [path: string, reason: string] | undefined {
    return this.#reasons.entries().next().value;
  }

  /** Notes what is wrong with something, or that nothing is. */
  readonly note = (path: string, reason?: string): void => {
    if (reason === undefined) {
      this.#reasons.delete(path);
      return;
    }
    this.#seen.add(path);
    if (this.#reasons.get(path) === reason) return;
    if (this.#reasons.size < MAX_PROBLEMS) this.#reasons.set(path, reason);
    this.#deps.count('read_errors', 'plan');
    this.#deps.log.warn({ path, reason }, 'A plan cannot be read; it is tried again.');
  };

  /** Begins a look at everything. */
  beginRound(): void {
    this.#seen = new Set();
  }

  /** Forgets what was not met again: it is not there any more. */
  endRound(): void {
    for (const path of this.#reasons.keys()) if (!this.#seen.has(path)) this.#reasons.delete(path);
  }
}
