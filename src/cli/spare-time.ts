import { TransientError } from '../errors.ts';

/** Work that can wait, done soon after it is asked for and never for most of the time. */
export interface SpareTime {
  /** There may be something to do. */
  readonly wake: () => void;
  /** Why it cannot be done now; null while all is well. */
  readonly trouble: () => string | null;
  /** Does what is left and ends. */
  readonly stop: () => void;
}

const SOON_MS = 250;
const RETRY_MS = 2_000;
/** At most this part of the time is spent on it. */
const REST_TIMES = 20;

/** Does a little at a time by `work`, which tells whether there is more, with a rest after each time. */
export const createSpareTime = (work: () => boolean): SpareTime => {
  let timer: NodeJS.Timeout | undefined;
  let trouble: string | null = null;
  let restMs = SOON_MS;
  const wakeIn = (waitMs: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      once();
    }, waitMs);
  };
  const once = (): boolean => {
    const startedMs = performance.now();
    try {
      const isMore = work();
      trouble = null;
      restMs = Math.max(SOON_MS, (performance.now() - startedMs) * REST_TIMES);
      if (isMore) wakeIn(restMs);
      return isMore;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      trouble = error.message;
      wakeIn(error.retryAfterMs ?? RETRY_MS);
      return false;
    }
  };
  const stop = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    while (once());
    clearTimeout(timer);
  };
  return { wake: () => wakeIn(restMs), trouble: () => trouble, stop };
};
