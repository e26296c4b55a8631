import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCollector, type Collector } from '../../src/cli/collector.ts';
import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import type { Batch } from '../../src/records/record.ts';
import type { ToolCallRecord } from '../../src/records/tool-call.ts';
import { report, type ReportKind } from '../../src/rollups/report.ts';

const START_MS = Date.parse('2026-11-18T11:34:28Z');
const STEP_MS = 333_337;
const COUNT = 60;

let home = '';
let collector: Collector;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-report-'));
  collector = await openCollector({ home, overrideFile: null, waitMs: 0 });
  await collector.sink([batch()]);
  collector.store.settle();
});

afterAll(() => {
  collector.close();
  rmSync(home, { recursive: true });
});

const KINDS: readonly ReportKind[] = ['daily', 'model', 'project', 'source', 'tool'];

describe('a report over what the pipeline has committed', () => {
  it('is the sum of the reports before and after any millisecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1, max: COUNT * STEP_MS }),
        fc.constantFrom(...KINDS),
        (offsetMs, kind) => {
          const splitMs = START_MS + offsetMs;
          const whole = figures(kind, null, null);
          const parts = [figures(kind, null, splitMs), figures(kind, splitMs, null)];
          for (const [name, total] of Object.entries(whole)) {
            const sum = parts.reduce((added, part) => added + (part[name] ?? 0), 0);
            expect([name, sum]).toEqual([name, expect.closeTo(total, 9)]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Every figure that adds up, by row and column. */
function figures(
  kind: ReportKind,
  sinceMs: number | null,
  untilMs: number | null,
): Record<string, number> {
  const query = {
    kind,
    sinceMs,
    untilMs,
    timezone: 'Europe/Berlin',
    project: null,
    model: null,
    session: null,
  };
  const { rows } = report(collector.store.db, query);
  const cells = rows.flatMap((row) => {
    const [[, key] = ['', '']] = Object.entries(row);
    return Object.entries(row).flatMap(([column, value]: [string, unknown]) =>
      typeof value === 'number' && !column.endsWith('mean')
        ? [[`${String(key)} ${column}`, value] as const]
        : [],
    );
  });
  return Object.fromEntries(cells);
}

function batch(): Batch {
  const moments = Array.from({ length: COUNT }, (_, index) => index);
  return {
    source: 'transcript',
    origin: { path: '/claude/one.jsonl', firstAtMs: START_MS, writtenAtMs: START_MS },
    records: moments.flatMap((index) => [apiRequest(index), toolCall(index)]),
    rejects: [],
    entries: new Map(),
    newestAtMs: null,
  };
}

const SIDE_TOKENS = {
  inputTokens: 500,
  outputTokens: 70,
  cacheReadInputTokens: 0,
  cacheCreation5mInputTokens: 0,
  cacheCreation1hInputTokens: 0,
  webSearchRequests: 0,
};

/** Some with an advisor of a known, a nearly known or an unknown model, some with none. */
const ADVISORS = [null, 'claude-fable-5', 'claude-opus-9', 'gpt-nine'];

function apiRequest(index: number): ApiRequestRecord {
  const advisor = ADVISORS[index % ADVISORS.length] ?? null;
  const tokens = {
    ...SIDE_TOKENS,
    inputTokens: 10 + index,
    cacheReadInputTokens: 1000 * index,
    webSearchRequests: index % 2,
  };
  return {
    kind: 'api_request',
    key: `msg_01ABCDEFGHIJKLMNOP${index}`,
    messageId: null,
    requestId: null,
    sessionId: `session-${index % 3}`,
    project: `/home/dev/${index % 2}`,
    requester: index % 4 === 0 ? 'subagent' : 'main',
    agentId: null,
    model: ['claude-opus-5-5', 'claude-opus-9', 'gpt-nine'][index % 3] ?? '',
    atMs: START_MS + index * STEP_MS,
    endMs: START_MS + index * STEP_MS,
    stopReason: 'end_turn',
    final: index % 5 > 0,
    refusedBeforeOutput: false,
    reportedCostUsd: null,
    effort: null,
    line: index + 1,
    offsetBytes: 0,
    ...tokens,
    thinkingTokens: 0,
    speed: 'standard',
    inferenceGeo: null,
    serviceTier: null,
    iterations:
      advisor === null
        ? []
        : [
            { type: 'message', model: null, ...tokens },
            { type: 'advisor_message', model: advisor, ...SIDE_TOKENS },
          ],
  };
}

function toolCall(index: number): ToolCallRecord {
  const atMs = START_MS + index * STEP_MS + 1;
  return {
    kind: 'tool_call',
    key: `toolu_01ABCDEFGHIJKLMNOP${index}`,
    toolUseId: `toolu_01ABCDEFGHIJKLMNOP${index}`,
    sessionId: `session-${index % 3}`,
    project: `/home/dev/${index % 2}`,
    agentId: null,
    tool: index % 7 === 0 ? null : `Tool${index % 3}`,
    requestKey: null,
    callAtMs: index % 7 === 0 ? null : atMs,
    resultAtMs: atMs,
    success: index % 3 > 0,
    errorClass: index % 3 > 0 ? null : index % 2 === 0 ? 'denied' : 'exit_code',
    durationMs: index % 4 === 0 ? null : index,
    durationSource: index % 4 === 0 ? null : 'tool_result',
    inputBytes: 1,
    resultBytes: 1,
    filePath: null,
    command: null,
    planPath: null,
    planEdit: null,
    linesAdded: null,
    linesRemoved: null,
    startedAgentId: null,
    line: index + 1,
    offsetBytes: 0,
  };
}
