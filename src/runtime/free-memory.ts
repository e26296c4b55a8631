/**
 * Gives the memory that is no longer used back to the system. Starting leaves much behind that V8, which has no reason to
 * hurry, would keep for weeks. Does nothing where Node was started without `--expose-gc`; the launcher sees to that.
 */
export const freeMemory = (): void => {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
};
