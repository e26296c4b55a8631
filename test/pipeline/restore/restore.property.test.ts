import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIngestFixture } from '../ingest-fixture.ts';
import { tellLines, told } from '../told-lines.ts';
import { expectRestored } from './expect-restored.ts';
import { archiveOf, restoreFrom } from './restored-store.ts';
import { wholeStateOf } from './whole-state.ts';

describe('an archive of transcripts', () => {
  it('brings the store back, whatever was told in which order', () => {
    fc.assert(
      fc.property(told, ({ shuffled, sizes, settleAfter }) => {
        const fixture = createIngestFixture();
        try {
          tellLines(fixture, shuffled, { sizes, settleAfter });
          expectRestored(fixture);
        } finally {
          fixture.remove();
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('does so with its lines twice, in any order, and with the older ones it has from before', () => {
    fc.assert(
      fc.property(
        told,
        fc.infiniteStream(fc.nat()),
        ({ shuffled, sizes, settleAfter }, numbers) => {
          const fixture = createIngestFixture();
          try {
            const half = Math.floor(shuffled.length / 2);
            tellLines(fixture, shuffled.slice(0, half), { sizes, settleAfter });
            while (fixture.store.logDocuments().isMore);
            const older = archiveOf(fixture.home);
            tellLines(fixture, shuffled.slice(half), { sizes, settleAfter });
            while (fixture.store.logDocuments().isMore);
            const lines = [...older, ...archiveOf(fixture.home), ...archiveOf(fixture.home)];
            const mixed = lines
              .map((line) => ({ line, at: Number(numbers.next().value) }))
              .sort((left, right) => left.at - right.at)
              .map(({ line }) => line);
            using restored = restoreFrom(mixed, null);
            expect(restored.counts.rejected).toBe(0);
            expect(wholeStateOf(restored.store.db)).toEqual(wholeStateOf(fixture.db));
          } finally {
            fixture.remove();
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});
