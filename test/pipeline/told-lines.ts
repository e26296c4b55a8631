import fc from 'fast-check';
import type { Batch, MonitorRecord, Origin } from '../../src/records/record.ts';
import {
  AT_MS,
  batch,
  call,
  type IngestFixture,
  prompt,
  request,
  result,
} from './ingest-fixture.ts';

/** A line of a transcript, told alone. */
export interface Told {
  readonly origin: Partial<Origin>;
  readonly record: MonitorRecord;
}

const MODELS = ['claude-opus-4-5', 'claude-haiku-4-5', 'nobody-knows-this-model'];
const tokens = fc.integer({ min: 0, max: 5 });

const origins = fc
  .array(
    fc.record({
      firstAtMs: fc.integer({ min: 0, max: 1 }),
      writtenAtMs: fc.integer({ min: 0, max: 1 }),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((ages) =>
    ages.map((age, index) => ({
      place: {
        path: `/claude/${index}.jsonl`,
        firstAtMs: AT_MS + age.firstAtMs,
        writtenAtMs: AT_MS + age.writtenAtMs,
      },
      copy: { sessionId: `session-${index}`, project: `/home/dev/${index % 2}` },
    })),
  );

/** A request's lines, each with more or fewer tokens than the others; all files that hold one hold the same. */
const requests = fc.array(
  fc.array(
    fc.record({
      model: fc.constantFrom(...MODELS),
      inputTokens: tokens,
      outputTokens: tokens,
      cacheReadInputTokens: tokens,
      webSearchRequests: fc.integer({ min: 0, max: 1 }),
      atMs: fc.integer({ min: 0, max: 3 }).map((quarter) => AT_MS + quarter * 600_000),
      final: fc.boolean(),
      stopReason: fc.constantFrom('end_turn', 'max_tokens', null),
      files: fc.integer({ min: 1, max: 7 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  { maxLength: 4 },
);

const toolCalls = fc.array(
  fc.record({
    tool: fc.constantFrom('Read', 'Bash'),
    outcome: fc.constantFrom(
      { success: true, errorClass: null },
      { success: false, errorClass: 'denied' as const },
      { success: false, errorClass: 'exit_code' as const },
    ),
    callFiles: fc.integer({ min: 0, max: 7 }),
    resultFiles: fc.integer({ min: 0, max: 7 }),
  }),
  { maxLength: 4 },
);

const world = fc.record({
  origins,
  requests,
  toolCalls,
  prompts: fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 2 }),
});

type World = typeof world extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const linesOf = ({ origins: files, ...told }: World): readonly Told[] =>
  files.flatMap(({ place, copy }, file) => {
    const isIn = (mask: number): boolean => (mask & (1 << file)) !== 0;
    const records: MonitorRecord[] = [];
    told.requests.forEach((lines, index) => {
      lines.forEach(({ files: mask, ...stated }, line) => {
        const key = `msg_${index}`;
        if (isIn(mask))
          records.push(request({ ...copy, ...stated, key, endMs: stated.atMs + 5, line }));
      });
    });
    told.toolCalls.forEach(({ tool, outcome, callFiles, resultFiles }, index) => {
      const key = `toolu_${index}`;
      if (isIn(callFiles)) records.push(call({ ...copy, key, tool }));
      if (isIn(resultFiles)) records.push(result({ ...copy, ...outcome, key }));
    });
    told.prompts.forEach((mask, index) => {
      if (isIn(mask)) records.push(prompt({ ...copy, key: `prompt:${index}` }));
    });
    return records.map((record) => ({ origin: place, record }));
  });

/** Tells lines in the given order: so many with a commit, one batch for each run of lines of one file. */
export const tellLines = (
  fixture: IngestFixture,
  lines: readonly Told[],
  { sizes, settleAfter }: { readonly sizes: readonly number[]; readonly settleAfter: number },
): void => {
  let at = 0;
  for (let commits = 0; at < lines.length; commits += 1) {
    if (commits === settleAfter) fixture.store.settle();
    const size = sizes[commits % sizes.length] ?? 1;
    const batches: Batch[] = [];
    for (const { origin, record } of lines.slice(at, at + size)) {
      const last = batches.at(-1);
      const isRun = last !== undefined && last.origin.path === origin.path;
      if (isRun) batches[batches.length - 1] = { ...last, records: [...last.records, record] };
      else batches.push(batch([record], origin));
    }
    fixture.commit(...batches);
    at += size;
  }
};

/** Lines of a few transcripts, the same in another order, and how they are told. */
export const told = world.chain((drawn) => {
  const lines = linesOf(drawn);
  return fc.record({
    lines: fc.constant(lines),
    shuffled: fc.shuffledSubarray([...lines], { minLength: lines.length }),
    sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
    settleAfter: fc.integer({ min: 0, max: 4 }),
  });
});
