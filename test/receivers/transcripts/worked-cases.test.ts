import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesArePipelineWork } from '../../pricing/pipeline-cases.ts';
import { TranscriptHome } from '../../support/transcript-home.ts';
import { assistant, type Line } from '../../support/transcript-lines.ts';

interface Case {
  readonly name: string;
  readonly timestamp: string;
  readonly expected_usd: number;
  readonly transcript_lines: readonly {
    readonly message_id: string;
    readonly requestId: string | null;
    readonly sessionId: string;
    readonly isSidechain: boolean;
    readonly model: string;
    readonly usage: Line;
  }[];
}
const file = path.join(import.meta.dirname, '../../fixtures/pricing/worked-cases.json');
const cases = (JSON.parse(readFileSync(file, 'utf8')) as Case[]).filter(({ name }) =>
  linesArePipelineWork.includes(name),
);

/** The lines of each session, one file each, as the client writes them. */
const filesOf = ({ transcript_lines, timestamp }: Case): ReadonlyMap<string, readonly Line[]> =>
  Map.groupBy(
    transcript_lines.map(
      ({ message_id: id, requestId, sessionId, isSidechain, model, usage }, index) =>
        assistant(
          { id, requestId, model, usage },
          { sessionId, isSidechain, timestamp, uuid: `line-${index}` },
        ),
    ),
    (line) => String(line['sessionId']),
  );

const costOf = async (one: Case, isReversed: boolean): Promise<number> => {
  using home = new TranscriptHome();
  const files = [...filesOf(one)];
  for (const [session, lines] of isReversed ? files.toReversed() : files) {
    home.write(`${session}.jsonl`, ...lines);
    await home.import();
  }
  return (await home.import()).totals.costNanoUsd / 1e9;
};

describe('a worked case of what is one response', () => {
  it('is here for each that pricing alone cannot tell', () => {
    expect(cases.map(({ name }) => name).toSorted()).toEqual(linesArePipelineWork.toSorted());
  });

  it.each(cases)('comes to its price from its lines: $name', async (one) => {
    expect(Math.abs((await costOf(one, false)) - one.expected_usd)).toBeLessThan(1e-9);
    expect(Math.abs((await costOf(one, true)) - one.expected_usd)).toBeLessThan(1e-9);
  });
});
