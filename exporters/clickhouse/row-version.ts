const LOW_BITS = 32n;
const MS_PER_SECOND = 1_000;

/**
 * Which of several tellings counts: that of the store made last, and of its tellings the one with the highest `number`.
 *
 * Revisions begin anew in a store that is built again, so that they alone would let what the old one told win for ever.
 */
export const rowVersion = (storeMadeAtMs: number, number: number): string =>
  ((BigInt(Math.floor(storeMadeAtMs / MS_PER_SECOND)) << LOW_BITS) | BigInt(number)).toString();
