import { expect, it } from 'vitest';
import { createTidying } from '../../src/cli/tidying.ts';

const tidyingAfter = (...steps: readonly (number | 'tick')[]): number => {
  let times = 0;
  const { note, tick } = createTidying(() => void (times += 1));
  for (const step of steps) {
    if (step === 'tick') tick();
    else note(step);
  }
  return times;
};

it('tidies up once, in the first quiet moment after much was done', () => {
  expect(tidyingAfter(4_000, 'tick', 4_000, 'tick')).toBe(0);
  expect(tidyingAfter(4_000, 'tick', 4_000, 'tick', 'tick', 'tick')).toBe(1);
});

it('does nothing for the little that is done every day, until it is much together', () => {
  expect(tidyingAfter(100, 'tick', 'tick', 100, 'tick', 'tick')).toBe(0);
  expect(tidyingAfter(3_000, 'tick', 'tick', 3_000, 'tick', 'tick')).toBe(1);
});
