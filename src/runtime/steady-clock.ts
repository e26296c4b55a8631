/** What a steady clock remembers between two runs. */
export interface ClockState {
  /** Unix milliseconds of when it was believed to be. */
  readonly believedMs: number;
  /** What the wall clock said when it began to say something unbelievable; 0 while it does not. */
  readonly doubtedMs: number;
}

/** What tells the time. */
export interface Clocks {
  readonly now: () => number;
  /** Milliseconds since some moment; never jumps. */
  readonly monotonicMs: () => number;
}

const DAY_MS = 86_400_000;
/** A machine that sleeps looks like a clock that jumps; as far as this is believed at once. */
const BELIEVED_JUMP_MS = 2 * DAY_MS;
/** How far a clock that jumped further must go on from there to be believed, */
const PROOF_MS = DAY_MS;
/** and beyond which it has jumped once more. */
const LONGEST_PROOF_MS = 60 * DAY_MS;

/**
 * The time that ages are worked out from, since deleting cannot be undone. It follows the wall clock back at once and
 * forward by two days. After a jump further than that it goes on as before, until the wall clock has gone on for a day
 * from where it jumped to; this program need not run all the while.
 */
export class SteadyClock {
  readonly #clocks: Clocks;
  #state: ClockState;
  #readAt: { readonly wallMs: number; readonly monotonicMs: number };

  constructor(clocks: Clocks, state: ClockState | null) {
    this.#clocks = clocks;
    const wallMs = clocks.now();
    this.#readAt = { wallMs, monotonicMs: clocks.monotonicMs() };
    this.#state = state ?? { believedMs: wallMs, doubtedMs: 0 };
  }

  /** Unix milliseconds. */
  read(): number {
    const before = this.#readAt;
    const wallMs = this.#clocks.now();
    const monotonicMs = this.#clocks.monotonicMs();
    this.#readAt = { wallMs, monotonicMs };
    const ranMs = Math.max(0, monotonicMs - before.monotonicMs);
    const expectedMs = this.#state.believedMs + ranMs;
    const jumpMs = wallMs - before.wallMs - ranMs;
    const isBelieved = wallMs - expectedMs <= BELIEVED_JUMP_MS || this.#isProved(wallMs, jumpMs);
    this.#state = isBelieved
      ? { believedMs: wallMs, doubtedMs: 0 }
      : { believedMs: expectedMs, doubtedMs: this.#doubtFrom(wallMs, jumpMs) };
    return this.#state.believedMs;
  }

  get state(): ClockState {
    return this.#state;
  }

  #isProved(wallMs: number, jumpMs: number): boolean {
    const { doubtedMs } = this.#state;
    return (
      doubtedMs !== 0 &&
      doubtedMs === this.#doubtFrom(wallMs, jumpMs) &&
      wallMs - doubtedMs >= PROOF_MS
    );
  }

  /** From where on the wall clock has to prove itself: from where it jumped to last. */
  #doubtFrom(wallMs: number, jumpMs: number): number {
    const { doubtedMs } = this.#state;
    const hasJumped = Math.abs(jumpMs) > BELIEVED_JUMP_MS;
    if (doubtedMs === 0 || hasJumped || wallMs < doubtedMs) return wallMs;
    return wallMs - doubtedMs > LONGEST_PROOF_MS ? wallMs : doubtedMs;
  }
}
