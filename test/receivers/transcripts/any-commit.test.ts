import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TranscriptHome } from '../../support/transcript-home.ts';
import { at, conversation, type Line, SESSION } from '../../support/transcript-lines.ts';

/** Values at the edges of what a store can hold. */
const edge = fc.constantFrom<unknown>(
  0,
  -0,
  -1,
  0.5,
  1e9,
  1e15,
  9007199254740992,
  9.3e18,
  1e19,
  1e300,
  -1e300,
  5e-324,
  true,
  false,
  null,
  '',
  'text',
  '\u0000',
  '\ud800',
  'x'.repeat(5000),
  '9007199254740993',
  [],
  {},
  [[]],
  at(0),
  '1969-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '__proto__',
  '../../x',
  '2026-11-20T16:59:27.9999999Z',
  'https://me@example.org/a/b/pull/1',
  { pr: { number: 1e300, url: 'https://example.org/a/b/pull/1' } },
);
const some = (names: readonly string[]) =>
  fc
    .tuple(
      fc.subarray([...names]),
      fc.array(edge, { minLength: names.length, maxLength: names.length }),
    )
    .map(([chosen, values]) =>
      Object.fromEntries(chosen.map((name, index) => [name, values[index]])),
    );
const LINE = [
  'uuid',
  'timestamp',
  'sessionId',
  'cwd',
  'version',
  'gitBranch',
  'agentId',
  'permissionMode',
  'promptId',
  'promptSource',
  'requestId',
  'costUSD',
  'effort',
  'error',
  'apiErrorStatus',
  'isApiErrorMessage',
  'isSidechain',
  'isMeta',
  'forkedFrom',
  'origin',
  'entrypoint',
  'sessionKind',
];
const USAGE = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
  'server_tool_use',
  'iterations',
  'speed',
  'inference_geo',
  'service_tier',
];
const META = [
  'customTitle',
  'aiTitle',
  'summary',
  'agentName',
  'prUrl',
  'prNumber',
  'prRepository',
  'durationMs',
  'messageCount',
  'compactMetadata',
  'error',
  'retryAttempt',
  'retryInMs',
  'totalCostUSD',
  'modelUsage',
  'startTime',
];
const RESULT = [
  'durationMs',
  'totalDurationMs',
  'durationSeconds',
  'agentId',
  'interrupted',
  'structuredPatch',
  'type',
  'content',
  'gitOperation',
  'filePath',
];
const MANIFEST = '/a/dev/active/b/manifest.jsonl';
const written = fc.constantFrom<Line>(
  {
    type: 'create',
    filePath: MANIFEST,
    content: '{"id":"F\ud800","status":"\u0000 é"}\n{"id":1e300,"status":"done"}',
  },
  {
    filePath: MANIFEST,
    structuredPatch: [
      { lines: ['+{"id":"__proto__","status":"\\ud800"}', '+{"id":-0,"status":""}'] },
    ],
  },
);

const answer = fc
  .tuple(
    some(LINE),
    some(['id', 'model', 'stop_reason', 'content']),
    some(USAGE),
    fc.oneof(
      some(['file_path', 'command', 'path']),
      fc.constant({ command: 'cat dev/active/\ud800/plan.md' }),
    ),
  )
  .map(([line, message, usage, input]): Line => ({
    type: 'assistant',
    sessionId: SESSION,
    ...line,
    message: {
      id: 'msg_01Edge0000000000001',
      content: [{ type: 'tool_use', id: 't1', name: 'Write', input }],
      ...message,
      usage,
    },
  }));
const block = some(['tool_use_id', 'is_error', 'content']);
const result = fc
  .tuple(some(LINE), block, fc.oneof(some(RESULT), written))
  .map(([line, block, toolUseResult]): Line => ({
    type: 'user',
    sessionId: SESSION,
    ...line,
    message: { content: [{ type: 'tool_result', tool_use_id: 't1', ...block }] },
    toolUseResult,
  }));
const meta = fc
  .tuple(
    some(LINE),
    some(META),
    fc.constantFrom(
      'system',
      'custom-title',
      'ai-title',
      'summary',
      'agent-name',
      'pr-link',
      'cost-state',
    ),
    fc.constantFrom('turn_duration', 'compact_boundary', 'api_error'),
  )
  .map(([line, fields, type, subtype]): Line => ({
    type,
    subtype,
    sessionId: SESSION,
    ...line,
    ...fields,
  }));

describe('a line with values at the edge of what can be', () => {
  it('never keeps the lines around it out of the store', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(answer, result, meta), { minLength: 1, maxLength: 30 }),
        async (lines) => {
          using home = new TranscriptHome();
          home.write('plain.jsonl', ...lines, ...conversation(2, 1, { sessionId: 'plain' }));
          home.write(
            'agent-a1.jsonl',
            ...lines.toReversed(),
            ...conversation(2, 3, { sessionId: 'plain' }),
          );
          using store = await home.open();
          store.collector.store.db.pragma('synchronous = OFF');
          await store.import();
          expect(
            store.rows("SELECT count(*) AS n FROM request WHERE key LIKE 'msg_01Transcript%'"),
          ).toEqual([{ n: 4 }]);
          expect(store.problems).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
