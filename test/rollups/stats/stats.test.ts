import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATS_SCHEMAS } from '../../../src/records/stats-files.ts';
import { sessionsFile } from '../../../src/records/sessions-file.ts';
import { activityStats } from '../../../src/rollups/stats/activity-stats.ts';
import { commandStats } from '../../../src/rollups/stats/command-stats.ts';
import { describeApiError, describeFailure } from '../../../src/rollups/stats/error-category.ts';
import { errorStats } from '../../../src/rollups/stats/error-stats.ts';
import { flowScore, flowStats } from '../../../src/rollups/stats/flow-stats.ts';
import { percentOf, topCounts } from '../../../src/rollups/stats/rates.ts';
import { recoveryStats } from '../../../src/rollups/stats/recovery-stats.ts';
import { reportFiles } from '../../../src/rollups/stats/report-files.ts';
import { toolSuccessStats } from '../../../src/rollups/stats/tool-success-stats.ts';
import { toolUsageStats } from '../../../src/rollups/stats/tool-usage-stats.ts';
import { createTimeZone } from '../../../src/rollups/time-zone.ts';
import { createStoreFixture, type ToolCallSeed } from '../../support/store-fixture.ts';

const AT_MS = Date.parse('2026-11-20T09:00:00Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const failed = (atMs: number, seed: Partial<ToolCallSeed> = {}): ToolCallSeed => ({
  tool: 'Bash',
  command: 'npm',
  success: false,
  errorClass: 'exit_code',
  atMs,
  ...seed,
});

describe('a percentage', () => {
  it.each([
    [134, 150, 89.3],
    [713, 1000, 71.3],
    [1, 3, 33.3],
    [2, 3, 66.7],
    [1, 2000, 0.1],
    [1, 2001, 0],
    [1999, 2000, 100],
    [5, 5, 100],
    [0, 5, 0],
    [0, 0, 0],
  ])('of %i in %i is %d', (part, whole, percent) => {
    expect(percentOf(part, whole)).toBe(percent);
  });
});

describe('the highest counts', () => {
  it('come highest first, by name where they are equal, without those of nothing', () => {
    const counts = Object.entries({ b: 2, none: 0, a: 2, most: 3, less: -1, one: 1 });
    expect(Object.entries(topCounts(counts, 4))).toEqual([
      ['most', 3],
      ['a', 2],
      ['b', 2],
      ['one', 1],
    ]);
  });

  it('take any text for a name', () => {
    const counts = topCounts([['__proto__', 2]], 3);
    expect(JSON.stringify(counts)).toBe('{"__proto__":2}');
  });
});

describe('the category of an error', () => {
  it.each([
    ['Bash', 'git', 'exit_code', 'git', 'medium'],
    ['mcp__github__merge_pull', '', 'other', 'git', 'medium'],
    ['Bash', 'flock', 'exit_code', 'unknown', 'low'],
    ['Bash', 'lockfile-lint', 'exit_code', 'concurrency', 'high'],
    ['Bash', 'chmod', 'exit_code', 'permissions', 'high'],
    ['Read', '', 'permission', 'permissions', 'high'],
    ['Bash', 'parse-logs', 'exit_code', 'syntax', 'medium'],
    ['Bash', 'digit', 'timeout', 'unknown', 'low'],
    ['Bash', 'strace', 'interrupted', 'unknown', 'low'],
    ['Bash', 'git', 'permission', 'git', 'medium'],
    ['Edit', '', 'invalid_input', 'unknown', 'low'],
    ['Edit', '', 'of a newer version', 'unknown', 'low'],
  ])('of %s %s (%s) is %s, and %s', (tool, command, errorClass, type, severity) => {
    expect(describeFailure(tool, command, errorClass)).toMatchObject({ type, severity });
  });

  it.each([
    ['429 rate_limit_error', 'quota', 'Claude API: 429 rate limit error'],
    ['529 overloaded_error', 'unknown', 'Claude API: 529 overloaded error'],
    ['', 'unknown', 'Claude API: error'],
  ])('of the API error %j is %s', (reason, type, message) => {
    expect(describeApiError(reason)).toMatchObject({ type, message });
  });

  it('is told in at most 100 characters, none of them half', () => {
    const { message } = describeFailure(`${'a'.repeat(99)}😀`, 'npm', 'other');
    expect(message).toBe('a'.repeat(99));
  });
});

describe('error-stats.json', () => {
  it('has the ten newest errors, newest first, and counts all but denied calls', () => {
    const store = createStoreFixture();
    for (let index = 0; index < 12; index += 1) store.toolCall(failed(AT_MS + index * 1000));
    store.toolCall(failed(AT_MS + 500, { errorClass: 'denied' }));
    store.toolCall({ tool: 'Bash', command: 'npm', atMs: AT_MS + 20_000 });
    store.occurrence({
      type: 'api_error',
      atMs: AT_MS + 11_500,
      data: { status: 429, error: 'rate_limit_error' },
      reason: '429 rate_limit_error',
    });
    const stats = errorStats(store.db);
    expect(stats.total_errors).toBe(13);
    expect(stats.by_type).toEqual({ unknown: 12, quota: 1 });
    expect(stats.recent_errors.map(({ ts }) => ts - AT_MS / 1000)).toEqual([
      11, 11, 10, 9, 8, 7, 6, 5, 4, 3,
    ]);
    expect(stats.recent_errors[0]).toMatchObject({ type: 'quota', severity: 'high' });
  });

  it('keeps its counts when the calls themselves are gone', () => {
    const store = createStoreFixture();
    store.toolCall(failed(AT_MS, { command: 'git' }));
    store.occurrence({ type: 'api_error', atMs: AT_MS, reason: '429' });
    store.db.exec('DELETE FROM tool_call; DELETE FROM occurrence');
    expect(errorStats(store.db)).toEqual({
      total_errors: 2,
      by_type: { git: 1, quota: 1 },
      recent_errors: [],
    });
    expect(commandStats(store.db)).toEqual({ total_commands: 1, top_commands: { git: 1 } });
    expect(activityStats(store.db, createTimeZone('UTC'))).toMatchObject({ total_events: 2 });
  });
});

describe('tool-usage-stats.json', () => {
  it('has twenty tools, and calls by the family of the model that asked', () => {
    const store = createStoreFixture();
    const models = [
      'claude-opus-5-5',
      'claude-3-5-haiku-20241022',
      'claude-sonnet-4-5@20250929',
      'claude-fable-5',
      'gpt-nine',
    ];
    models.forEach((model, index) => store.request({ key: `msg-${index}`, model, atMs: AT_MS }));
    for (let tool = 0; tool < 25; tool += 1) {
      store.toolCall({ tool: `Tool${tool}`, requestKey: `msg-${tool % 6}`, atMs: AT_MS });
    }
    const stats = toolUsageStats(store.db);
    expect(stats.total_calls).toBe(25);
    expect(Object.keys(stats.top_tools)).toHaveLength(20);
    expect(stats.by_model).toEqual({ opus: 5, haiku: 4, sonnet: 4, fable: 4, unknown: 8 });
  });
});

describe('the family of the model that asked for calls', () => {
  const twoSessions = () => {
    const store = createStoreFixture();
    store.request({ key: 'a', session: 'one', model: 'claude-opus-5-5', atMs: AT_MS });
    store.request({ key: 'b', session: 'one', model: 'claude-opus-4-6', atMs: AT_MS });
    store.request({ session: 'one', model: 'claude-haiku-5-5', requester: 2, atMs: AT_MS });
    store.request({ key: 'c', session: 'two', model: 'claude-opus-5-5', atMs: AT_MS });
    store.request({ key: 'd', session: 'two', model: 'claude-haiku-5-5', atMs: AT_MS });
    store.toolCall({ session: 'one', requestKey: 'a', atMs: AT_MS });
    store.toolCall({ session: 'one', atMs: AT_MS });
    store.toolCall({ session: 'two', requestKey: 'c', atMs: AT_MS });
    store.toolCall({ session: 'two', requestKey: 'd', atMs: AT_MS });
    store.toolCall({ session: 'two', requestKey: 'gone', atMs: AT_MS });
    store.toolCall({ session: 'without requests', atMs: AT_MS });
    return store;
  };

  it('is that of the session where only one answered, else that of the request', () => {
    expect(toolUsageStats(twoSessions().db).by_model).toEqual({
      opus: 3,
      sonnet: 0,
      haiku: 1,
      unknown: 2,
    });
  });

  it('is known of a session with one family when its rows are gone', () => {
    const store = twoSessions();
    store.db.exec('DELETE FROM tool_call; DELETE FROM request');
    expect(toolUsageStats(store.db).by_model).toMatchObject({ opus: 2, haiku: 0, unknown: 4 });
  });
});

describe('activity-stats.json', () => {
  it('counts by local day, newest first, for the newest thirty days on which anything happened', () => {
    const store = createStoreFixture();
    for (let day = 0; day < 40; day += 1) {
      store.toolCall({ atMs: AT_MS - 2 * day * DAY_MS });
      if (day >= 35) store.occurrence({ type: 'user_prompt', atMs: AT_MS - 2 * day * DAY_MS });
    }
    store.occurrence({ type: 'session_started', atMs: Date.parse('2026-11-20T23:30:00Z') });
    const stats = activityStats(store.db, createTimeZone('Europe/Berlin'));
    expect(stats.total_events).toBe(46);
    expect(stats.by_type).toEqual({ tool_use: 40, query: 5, session_start: 1 });
    const days = Object.entries(stats.daily_activity);
    expect(days).toHaveLength(30);
    expect(days.slice(0, 3)).toEqual([
      ['2026-11-21', 1],
      ['2026-11-20', 1],
      ['2026-11-18', 1],
    ]);
    expect(days.at(-1)).toEqual(['2026-09-25', 1]);
  });

  it('adds what both tables have of an old day', () => {
    const store = createStoreFixture();
    store.toolCall({ atMs: AT_MS });
    store.occurrence({ type: 'user_prompt', atMs: AT_MS });
    for (let day = 1; day < 29; day += 1) store.toolCall({ atMs: AT_MS + day * DAY_MS });
    const { daily_activity: days } = activityStats(store.db, createTimeZone('UTC'));
    expect(Object.entries(days).at(-1)).toEqual(['2026-11-20', 2]);
  });
});

describe('recovery-stats.json', () => {
  it('has 134 of 150 attempts as 89.3 %', () => {
    const store = createStoreFixture();
    for (let index = 0; index < 150; index += 1) {
      const session = `session-${index}`;
      store.toolCall(failed(AT_MS, { session, command: 'git' }));
      store.toolCall(failed(AT_MS + MINUTE_MS, { session, command: 'git', success: index < 134 }));
    }
    expect(recoveryStats(store.db)).toEqual({
      total_recoveries: 150,
      success_rate: 89.3,
      by_pattern: { git: 150 },
    });
  });

  const attempts = (...seeds: readonly ToolCallSeed[]): number => {
    const store = createStoreFixture();
    seeds.forEach(store.toolCall);
    return recoveryStats(store.db).total_recoveries;
  };
  const next = (seed: Partial<ToolCallSeed> = {}): ToolCallSeed =>
    failed(AT_MS + MINUTE_MS, { success: true, ...seed });

  it('counts the next call of the same tool and target in the same session', () => {
    expect(attempts(failed(AT_MS), next())).toBe(1);
    expect(attempts(failed(AT_MS), next({ command: 'ls' }), next({ atMs: AT_MS + 2 }))).toBe(1);
    expect(attempts(failed(AT_MS, { success: true }), next())).toBe(0);
    expect(attempts(failed(AT_MS), next({ session: 'another' }))).toBe(0);
    expect(attempts(failed(AT_MS), next({ command: 'ls' }))).toBe(0);
    expect(attempts(failed(AT_MS), next({ tool: 'PowerShell' }))).toBe(0);
    expect(attempts(failed(AT_MS), next({ success: false, errorClass: 'denied' }))).toBe(0);
    expect(attempts(failed(AT_MS, { errorClass: 'denied' }), next())).toBe(0);
  });

  it('counts what comes within ten minutes', () => {
    expect(attempts(failed(AT_MS), next({ atMs: AT_MS + 10 * MINUTE_MS }))).toBe(1);
    expect(attempts(failed(AT_MS), next({ atMs: AT_MS + 10 * MINUTE_MS + 1 }))).toBe(0);
  });

  it('counts each further try after a failed one', () => {
    const second = failed(AT_MS + 1);
    expect(attempts(failed(AT_MS), second, next())).toBe(2);
  });

  it('takes the file for the target, and leaves out calls that have none', () => {
    const edit = (file: string | undefined, seed: Partial<ToolCallSeed>): ToolCallSeed => ({
      tool: 'Edit',
      atMs: AT_MS,
      ...(file !== undefined && { file }),
      ...seed,
    });
    const no = { success: false, errorClass: 'other' };
    expect(attempts(edit('a', no), edit('a', { atMs: AT_MS + 1 }))).toBe(1);
    expect(attempts(edit('a', no), edit('b', { atMs: AT_MS + 1 }))).toBe(0);
    expect(attempts(edit(undefined, no), edit(undefined, { atMs: AT_MS + 1 }))).toBe(0);
  });
});

describe('flow-stats.json', () => {
  const session = { messages: 100, tool_calls: 25, duration_active_ms: 33 * MINUTE_MS };

  it.each([
    ['all of it', session, 0.95],
    [
      'half the messages',
      { ...session, messages: 50 },
      0.35 / 2 + 0.25 + (0.2 * 50) / 33 / 3 + 0.2,
    ],
    ['no tools', { ...session, tool_calls: 0 }, 0.75],
    ['one message', { messages: 1, tool_calls: 0, duration_active_ms: 0 }, 0.0035 + 0.2 / 3 + 0.2],
  ])('scores %s', (_name, measured, score) => {
    expect(flowScore(measured)).toBeCloseTo(score, 10);
  });

  it('has the mean to three decimals and the local hours of the best sessions', () => {
    const started = (text: string, more: object = {}) => ({ ...session, started: text, ...more });
    const stats = flowStats(
      [
        started('2026-11-20T08:59:59Z'),
        started('2026-11-20T08:00:00Z'),
        started('2026-11-20T22:30:00Z'),
        started('2026-11-20T12:00:00Z', { messages: 10, tool_calls: 1 }),
        started('2026-11-20T12:00:00Z', { messages: 0, tool_calls: 9 }),
      ],
      createTimeZone('Asia/Kolkata'),
    );
    const low = 0.035 + 0.01 + (0.2 * 10) / 33 / 3 + 0.2;
    expect(stats).toEqual({
      total_measurements: 4,
      average_flow_score: Math.round(((3 * 0.95 + low) / 4) * 1000) / 1000,
      peak_flow_hours: { 13: 1, 14: 1, 4: 1 },
    });
  });

  it('has a mean that is not 0 for a busy session', () => {
    const store = createStoreFixture();
    for (let index = 0; index < 60; index += 1) {
      store.request({ atMs: AT_MS + index * 20_000 });
      store.toolCall({ atMs: AT_MS + index * 20_000 });
    }
    store.activity({ stretchesMs: [AT_MS, AT_MS + 20 * MINUTE_MS] });
    const files = reportFiles(store.db, { timezone: 'UTC', nowMs: AT_MS });
    expect(files['flow-stats.json']).toEqual({
      total_measurements: 1,
      average_flow_score: 0.86,
      peak_flow_hours: { 9: 1 },
    });
  });
});

describe('command-stats.json', () => {
  it('has fifteen commands, and in its total also those without a plain first word', () => {
    const store = createStoreFixture();
    for (let index = 0; index < 18; index += 1) {
      store.toolCall({ tool: 'Bash', command: `tool${index}`, atMs: AT_MS });
    }
    store.toolCall({ tool: 'Bash', atMs: AT_MS });
    store.toolCall({ tool: 'Read', atMs: AT_MS });
    const stats = commandStats(store.db);
    expect(stats.total_commands).toBe(19);
    expect(Object.keys(stats.top_commands)).toHaveLength(15);
    expect(stats.top_commands).not.toHaveProperty('unknown');
  });
});

describe('tool-success-stats.json', () => {
  it('has the rate of each tool and of all', () => {
    const store = createStoreFixture();
    for (let index = 0; index < 3; index += 1) store.toolCall({ tool: 'Read', atMs: AT_MS });
    store.toolCall(failed(AT_MS));
    store.toolCall(failed(AT_MS, { errorClass: 'denied' }));
    store.toolCall(failed(AT_MS, { success: true }));
    expect(toolSuccessStats(store.db)).toEqual({
      overall_success_rate: 66.7,
      by_tool: { Bash: { rate: 33.3, total: 3 }, Read: { rate: 100, total: 3 } },
    });
  });
});

describe('the files of any store', () => {
  const calls = fc.array(
    fc.record(
      {
        tool: fc.oneof(fc.constantFrom('Bash', 'Read', 'mcp__a__b'), fc.string({ minLength: 1 })),
        atMs: fc.integer({ min: 0, max: 60 }).map((hours) => AT_MS + hours * 3_600_000),
        success: fc.constantFrom(true, false, null),
        errorClass: fc.constantFrom('exit_code', 'denied', 'other', 'permission'),
        command: fc.constantFrom('git', 'npm', '__proto__', 'ls'),
        session: fc.constantFrom('a', 'b', '12345678-a', '12345678-b'),
        requestKey: fc.constantFrom('msg-0', 'msg-1', 'msg-9'),
      },
      { requiredKeys: ['tool', 'atMs', 'success'] },
    ),
    { maxLength: 40 },
  );
  const requests = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 60 }).map((hours) => AT_MS + hours * 3_600_000),
      session: fc.constantFrom('a', 'b', '12345678-a', '12345678-b'),
      model: fc.constantFrom('claude-opus-5-5', 'claude-haiku-5-5', 'x', '__proto__'),
      costNanoUsd: fc.integer({ min: 0, max: 2_000_000_000 }),
      costBasis: fc.constantFrom(0, 2, 3),
    }),
    { maxLength: 12 },
  );
  const zones = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland');

  it('are as their schemas say', () => {
    fc.assert(
      fc.property(calls, requests, zones, (toolCalls, asked, timezone) => {
        const store = createStoreFixture();
        asked.forEach((seed, index) => store.request({ ...seed, key: `msg-${index}` }));
        // A call that went well or goes on has no class of failure.
        toolCalls.forEach(({ errorClass, ...seed }) =>
          store.toolCall(
            seed.success === false && errorClass !== undefined ? { ...seed, errorClass } : seed,
          ),
        );
        const { 'sessions.json': sessions, ...stats } = reportFiles(store.db, {
          timezone,
          nowMs: AT_MS,
        });
        for (const [name, schema] of Object.entries(STATS_SCHEMAS)) {
          const text = JSON.stringify(stats[name as keyof typeof stats]);
          expect([name, schema.safeParse(JSON.parse(text)).error]).toEqual([name, undefined]);
        }
        const read = sessionsFile.safeParse(JSON.parse(JSON.stringify(sessions)));
        expect(read.error).toBeUndefined();
        store.db.close();
      }),
      { numRuns: 40 },
    );
  });
});
