/** Gives memory back once a large amount of work is done. */
export interface Tidying {
  /** So much was done. */
  readonly note: (amount: number) => void;
  /** To be called now and then: tidies up where nothing was done since the last time, but much before. */
  readonly tick: () => void;
}

const MUCH = 5_000;

/** Calls `tidy` in the first quiet moment after at least 5,000 pieces of work. */
export const createTidying = (tidy: () => void): Tidying => {
  let done = 0;
  let doneBefore = 0;
  return {
    note: (amount) => void (done += amount),
    tick: () => {
      const isQuiet = done === doneBefore;
      doneBefore = done;
      if (!isQuiet || done < MUCH) return;
      done = 0;
      doneBefore = 0;
      tidy();
    },
  };
};
