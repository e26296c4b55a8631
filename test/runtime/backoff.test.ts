import { expect, it } from 'vitest';
import { createBackoff } from '../../src/runtime/backoff.ts';

it('doubles up to the longest wait, and begins again when reset', () => {
  const backoff = createBackoff({ firstMs: 1_000, longestMs: 5_000, random: () => 1 });
  const waits = Array.from({ length: 5 }, backoff.next);
  backoff.reset();
  expect([...waits, backoff.next()]).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 1_000]);
});

it('leaves half of the wait to chance', () => {
  const backoff = createBackoff({ firstMs: 1_000, longestMs: 5_000, random: () => 0 });
  expect([backoff.next(), backoff.next()]).toEqual([500, 1_000]);
});

it('does not grow for ever while a far side is away for ever', () => {
  const backoff = createBackoff({ firstMs: 1_000, longestMs: 60_000, random: () => 1 });
  const last = Array.from({ length: 10_000 }, backoff.next).at(-1);
  expect(last).toBe(60_000);
});
