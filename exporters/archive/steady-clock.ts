/** What a steady clock remembers between two runs. */
export interface ClockState {
  /** Unix milliseconds of when it was believed to be. */
  readonly believedMs: number;
  /** For how long the wall clock has been saying something unbelievable, in milliseconds of running. */
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
/** For how long a jump further than that must last, while this program runs, to be believed. */
const PROOF_MS = DAY_MS;

/**
 * The time that ages are worked out from, since deleting cannot be undone. It follows the wall clock back at once and
 * forward by two days; a jump further than that has to last for a day first, and until then time goes on as it did.
 */
export class SteadyClock {
  readonly #clocks: Clocks;
  #state: ClockState;
  #readAtMs: number;

  constructor(clocks: Clocks, state: ClockState | null) {
    this.#clocks = clocks;
    this.#readAtMs = clocks.monotonicMs();
    this.#state = state ?? { believedMs: clocks.now(), doubtedMs: 0 };
  }

  /** Unix milliseconds. */
  read(): number {
    const wallMs = this.#clocks.now();
    const monotonicMs = this.#clocks.monotonicMs();
    const ranMs = Math.max(0, monotonicMs - this.#readAtMs);
    this.#readAtMs = monotonicMs;
    const { believedMs, doubtedMs } = this.#state;
    const isBelieved =
      wallMs - (believedMs + ranMs) <= BELIEVED_JUMP_MS || doubtedMs + ranMs >= PROOF_MS;
    this.#state = isBelieved
      ? { believedMs: wallMs, doubtedMs: 0 }
      : { believedMs: believedMs + ranMs, doubtedMs: doubtedMs + ranMs };
    return this.#state.believedMs;
  }

  get state(): ClockState {
    return this.#state;
  }

  /** Whether the wall clock says something that is not believed yet. */
  get isInDoubt(): boolean {
    return this.#state.doubtedMs > 0;
  }
}
