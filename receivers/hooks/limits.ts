/** What one commit takes in at most. */
export const MAX_PAYLOADS = 2_000;
export const MAX_BYTES = 8 * 1024 * 1024;
