import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../src/store/rows.ts';
import { createIngestFixture } from './ingest-fixture.ts';
import { tellLines, told, type Told } from './told-lines.ts';
import { stateOf, sumsOf } from './store-state.ts';

/** Tells lines in the given order: so many with a commit, one batch for each run of lines of one file. */
const tell = (lines: readonly Told[], sizes: readonly number[], settleAfter: number) => {
  const fixture = createIngestFixture();
  try {
    tellLines(fixture, lines, { sizes, settleAfter });
    const events = fixture.db.prepare('SELECT seq, kind, ref, revision FROM event').all();
    return {
      state: stateOf(fixture.db),
      sums: sumsOf(fixture.db),
      events: events as readonly Event[],
    };
  } finally {
    fixture.remove();
  }
};

interface Event {
  readonly seq: number;
  readonly kind: number;
  readonly ref: number;
  readonly revision: number;
}

describe('the order in which transcripts are told', () => {
  it('changes nothing, nor does it matter how many lines are told at once, or if some are told again', () => {
    fc.assert(
      fc.property(told, ({ lines, shuffled, sizes, settleAfter }) => {
        const expected = tell(lines, [lines.length], 0);
        const found = tell(shuffled, sizes, settleAfter);
        const again = tell([...shuffled, ...lines], sizes, settleAfter);
        expect(found.state).toEqual(expected.state);
        expect(again.state).toEqual(expected.state);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('always leaves sums that follow from the rows, and a log without gaps in which revisions grow', () => {
    fc.assert(
      fc.property(told, ({ shuffled, sizes, settleAfter }) => {
        const { sums, events } = tell(shuffled, sizes, settleAfter);
        expect(sums.kept).toEqual(sums.direct);
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        const revisions = new Map<string, number>();
        for (const { kind, ref, revision } of events) {
          // A copy's line names its origin instead.
          if (kind === EVENT_KINDS.copy) continue;
          expect(revision).toBe((revisions.get(`${kind}:${ref}`) ?? -1) + 1);
          revisions.set(`${kind}:${ref}`, revision);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
