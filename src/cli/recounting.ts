import { TransientError } from '../errors.ts';

/** Brings up to date what belongs to plans, soon after something changed and never for most of the time. */
export interface Recounting {
  /** Something was committed. */
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

/** Counts again by `recount`, which tells whether there was anything to do. */
export const createRecounting = (recount: () => boolean): Recounting => {
  let timer: NodeJS.Timeout | undefined;
  let restMs = SOON_MS;
  let trouble: string | null = null;
  const once = (): void => {
    const startedMs = performance.now();
    try {
      recount();
      trouble = null;
      restMs = Math.max(SOON_MS, (performance.now() - startedMs) * REST_TIMES);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      trouble = error.message;
      restMs = error.retryAfterMs ?? RETRY_MS;
      wake();
    }
  };
  const wake = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      once();
    }, restMs);
  };
  const stop = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    once();
    clearTimeout(timer);
  };
  return { wake, trouble: () => trouble, stop };
};
