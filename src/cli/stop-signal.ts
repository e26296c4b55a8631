/** The wish to end, from a person or the system. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Resolves with the first SIGINT or SIGTERM. */
  readonly requested: Promise<void>;
  readonly abort: () => void;
  /** Listens no longer. */
  readonly release: () => void;
}

/** Listens for SIGINT and SIGTERM; the second one ends the process at once. */
export const stopSignal = (): StopSignal => {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  let isRequested = false;
  const request = (): void => {
    if (isRequested) process.exit(130);
    isRequested = true;
    resolve();
  };
  process.on('SIGINT', request);
  process.on('SIGTERM', request);
  const release = (): void => {
    process.off('SIGINT', request);
    process.off('SIGTERM', request);
  };
  return {
    signal: controller.signal,
    requested: promise,
    abort: () => controller.abort(),
    release,
  };
};
