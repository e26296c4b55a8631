import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packFrame, unpackFrame } from '../../../receivers/transcripts/frame.ts';
import type { ApiRequestRecord } from '../../../src/records/api-request.ts';
import type { Batch, MonitorRecord } from '../../../src/records/record.ts';
import type { ToolCallRecord } from '../../../src/records/tool-call.ts';

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 3 });
const count = fc.nat({ max: 2 ** 40 });
const amount = fc.double({ noNaN: true, noDefaultInfinity: true });

const tokenCounts = {
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreation5mInputTokens: count,
  cacheCreation1hInputTokens: count,
  webSearchRequests: count,
};

const iteration = fc.record({ ...tokenCounts, type: text, model: nullable(text) });

const request: fc.Arbitrary<ApiRequestRecord> = fc
  .record({
    kind: fc.constant('api_request' as const),
    key: text,
    messageId: nullable(text),
    requestId: nullable(text),
    sessionId: text,
    project: fc.string(),
    requester: fc.constantFrom('main' as const, 'subagent' as const, 'auxiliary' as const),
    agentId: nullable(text),
    model: text,
    atMs: count,
    endMs: count,
    stopReason: nullable(text),
    final: fc.boolean(),
    refusedBeforeOutput: fc.boolean(),
    reportedCostUsd: nullable(amount),
    effort: nullable(text),
    line: count,
    offsetBytes: count,
    ...tokenCounts,
    thinkingTokens: count,
    speed: fc.constantFrom('standard' as const, 'fast' as const),
    inferenceGeo: nullable(fc.string()),
    serviceTier: nullable(fc.string()),
    iterations: fc.array(iteration, { maxLength: 2 }),
  })
  .chain((record) => fc.constantFrom(record, { ...record, messageId: record.key }));

const toolCall: fc.Arbitrary<ToolCallRecord> = fc
  .record({
    kind: fc.constant('tool_call' as const),
    key: text,
    toolUseId: text,
    sessionId: text,
    project: fc.string(),
    agentId: nullable(text),
    tool: nullable(fc.string()),
    requestKey: nullable(fc.string()),
    callAtMs: nullable(count),
    resultAtMs: nullable(count),
    success: nullable(fc.boolean()),
    errorClass: nullable(fc.constantFrom('denied' as const, 'other' as const)),
    durationMs: nullable(amount),
    durationSource: nullable(fc.constantFrom('hook' as const, 'tool_result' as const)),
    inputBytes: nullable(count),
    resultBytes: nullable(count),
    filePath: nullable(fc.string()),
    command: nullable(fc.string()),
    planPath: fc.option(fc.string()),
    planEdit: nullable(text),
    linesAdded: nullable(count),
    linesRemoved: nullable(count),
    startedAgentId: nullable(fc.string()),
    line: count,
    offsetBytes: count,
  })
  .chain((record) => fc.constantFrom(record, { ...record, toolUseId: record.key }));

const fact: fc.Arbitrary<MonitorRecord> = fc.record({
  kind: fc.constant('session_fact' as const),
  sessionId: text,
  name: fc.constant('cwd' as const),
  value: fc.string(),
  atMs: count,
});

const batch: fc.Arbitrary<Batch> = fc.record({
  source: fc.constant('transcript' as const),
  origin: fc.record({ path: text, firstAtMs: nullable(count), writtenAtMs: count }),
  records: fc.array(fc.oneof(request, toolCall, fact), { maxLength: 30 }),
  rejects: fc.constant([
    { reason: 'invalid_json' as const, line: 1, offsetBytes: 0, lengthBytes: 9 },
  ]),
  entries: fc.dictionary(text, count).map((entries) => new Map(Object.entries(entries))),
  newestAtMs: nullable(count),
  checkpoint: fc.record({
    position: fc.string(),
    sessionId: nullable(text),
    lines: count,
    bytes: count,
  }),
});

/** Records come back kind by kind: plain requests, tool calls, and then all others. */
const place = (record: MonitorRecord): number => {
  if (record.kind === 'api_request' && record.iterations.length === 0) return 0;
  return record.kind === 'tool_call' ? 1 : 2;
};

describe('a frame', () => {
  it('gives back the batch that was packed, also on another thread', () => {
    fc.assert(
      fc.property(batch, (given) => {
        const found = unpackFrame(structuredClone(packFrame(given)));
        const records = given.records.toSorted((left, right) => place(left) - place(right));
        expect({ ...found }).toEqual({ ...given, records });
      }),
    );
  });

  it('gives its records each time it is asked', () => {
    const [given] = fc.sample(batch, 1);
    const found = unpackFrame(packFrame(given!));
    expect(found.records).toEqual(found.records);
  });

  it('holds more numbers than fit its first buffer', () => {
    const [one] = fc.sample(
      request.filter(({ iterations }) => iterations.length === 0),
      1,
    );
    const [head] = fc.sample(batch, 1);
    const records = Array.from({ length: 1_000 }, (_, line) => ({ ...one!, line }));
    expect(unpackFrame(packFrame({ ...head!, records })).records).toEqual(records);
  });
});
