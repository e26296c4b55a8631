import { describe, expect, it } from 'vitest';
import { assistant, at, type Line, SESSION, user } from '../../support/transcript-lines.ts';
import { decodeLines, decodeOccurrences } from '../../support/transcript-records.ts';

const system = (subtype: string, more: Line): Line => ({
  parentUuid: null,
  isSidechain: false,
  cwd: '/home/dev/project',
  sessionId: SESSION,
  type: 'system',
  subtype,
  uuid: `system-${subtype}`,
  timestamp: at(5),
  ...more,
});
const meta = (type: string, more: Line): Line => ({ type, sessionId: SESSION, ...more });

describe('a system line', () => {
  it('of a compaction tells its trigger and sizes', () => {
    const compactMetadata = {
      trigger: 'auto',
      preTokens: 167_000,
      postTokens: 21_000,
      durationMs: 42_000,
      cumulativeDroppedTokens: 146_000,
    };
    const line = system('compact_boundary', {
      content: 'Conversation compacted',
      logicalParentUuid: 'a',
      compactMetadata,
    });
    expect(decodeOccurrences('compaction', line)).toEqual([
      { trigger: 'auto', pre_tokens: 167_000, post_tokens: 21_000, duration_ms: 42_000 },
    ]);
  });

  it('of a compaction by an older client tells what there is', () => {
    const line = system('compact_boundary', {
      compactMetadata: { trigger: 'manual', preTokens: 5 },
    });
    expect(decodeOccurrences('compaction', line)).toEqual([
      { trigger: 'manual', pre_tokens: 5, post_tokens: null, duration_ms: null },
    ]);
  });

  it('of an error tells each try', () => {
    const line = (retryAttempt: number): Line =>
      system('api_error', {
        uuid: `error-${retryAttempt}`,
        error: { type: 'overloaded_error', status: 529, message: 'Overloaded' },
        retryAttempt,
        maxRetries: 10,
        retryInMs: 553.5,
      });
    expect(decodeOccurrences('api_error', line(1), line(2))).toEqual(
      [1, 2].map((retry_attempt) => ({
        error: 'overloaded_error',
        status: 529,
        retry_attempt,
        max_retries: 10,
        retry_in_ms: 553.5,
      })),
    );
  });

  it('of the end of a turn tells how long it took', () => {
    const line = system('turn_duration', { durationMs: 61_234, messageCount: 17 });
    expect(decodeOccurrences('turn_completed', line)).toEqual([
      { duration_ms: 61_234, messages: 17 },
    ]);
  });

  it.each([
    'stop_hook_summary',
    'informational',
    'local_command',
    'constructor',
    '__proto__',
    'brand_new',
  ])('of another kind is only counted: %s', (subtype) => {
    const { records, entries, rejects } = decodeLines(system(subtype, { content: 'text' }));
    expect(records).toEqual([]);
    expect(rejects).toEqual([]);
    expect(entries).toEqual({ system: 1 });
  });

  it.each([null, 5, 'text', [], { preTokens: 'many', trigger: 7 }])(
    'with %j for its figures leaves them open',
    (compactMetadata) => {
      const line = system('compact_boundary', { compactMetadata });
      expect(decodeOccurrences('compaction', line)).toEqual([
        { trigger: null, pre_tokens: null, post_tokens: null, duration_ms: null },
      ]);
    },
  );
});

describe('a link to a pull request', () => {
  const link = meta('pr-link', {
    prNumber: 12,
    prUrl: 'https://example.org/a/b/pull/12',
    prRepository: 'a/b',
    timestamp: at(9),
  });

  it('is one however often the client repeats it', () => {
    const { occurrences } = decodeLines(link, link, { ...link, timestamp: at(20) });
    expect(new Set(occurrences.map(({ key }) => key))).toEqual(
      new Set([`pr:${SESSION}:https://example.org/a/b/pull/12`]),
    );
    expect(JSON.parse(occurrences[0]!.data)).toEqual({
      pr_url: 'https://example.org/a/b/pull/12',
      pr_number: 12,
      pr_repository: 'a/b',
    });
  });

  it('is none without an address', () => {
    expect(decodeLines(meta('pr-link', { prNumber: 12 })).occurrences).toEqual([]);
  });
});

describe('what a session is called', () => {
  it('is remembered by where the name came from', () => {
    const { facts } = decodeLines(
      meta('summary', { summary: 'A legacy title', leafUuid: 'a' }),
      meta('ai-title', { aiTitle: 'A title' }),
      meta('custom-title', { customTitle: 'My title' }),
      meta('agent-name', { agentName: 'reviewer' }),
    );
    expect(facts).toEqual({
      summary_title: 'A legacy title',
      ai_title: 'A title',
      custom_title: 'My title',
      agent_name: 'reviewer',
    });
  });

  it('is what the last line says', () => {
    const { facts } = decodeLines(
      meta('custom-title', { customTitle: 'First' }),
      assistant(),
      meta('custom-title', { customTitle: 'Second' }),
    );
    expect(facts['custom_title']).toBe('Second');
  });

  it.each([null, 5, ['title'], undefined])('is not taken from %j', (customTitle) => {
    expect(decodeLines(meta('custom-title', { customTitle })).facts).toEqual({});
  });

  it('is cut where it is endless', () => {
    const { facts } = decodeLines(meta('custom-title', { customTitle: 'a'.repeat(100_000) }));
    expect(facts['custom_title']).toHaveLength(512);
  });
});

describe('what a session is', () => {
  it('is read from the lines of the main conversation', () => {
    const { facts } = decodeLines(
      user('Please.', {
        entrypoint: 'cli',
        sessionKind: 'bg',
        permissionMode: 'plan',
        gitBranch: 'fix/a',
      }),
    );
    expect(facts).toEqual({
      version: '2.1.329',
      git_branch: 'fix/a',
      entrypoint: 'cli',
      user_type: 'external',
      cwd: '/home/dev/project',
      session_kind: 'bg',
      permission_mode: 'plan',
    });
  });

  it('is what the newest line says, in whatever order they stand', () => {
    const { facts } = decodeLines(
      user('Please.', { version: '2.1.330', timestamp: at(9) }),
      user('Please.', { version: '2.1.329', timestamp: at(1) }),
    );
    expect(facts['version']).toBe('2.1.330');
  });

  it('is told apart by session where a file holds several', () => {
    const { records } = decodeLines(
      user('Please.'),
      user('Please.', { sessionId: 'another', version: '2.1.0' }),
    );
    const versions = records.filter((one) => one.kind === 'session_fact' && one.name === 'version');
    expect(versions).toMatchObject([
      { sessionId: SESSION, value: '2.1.329' },
      { sessionId: 'another', value: '2.1.0' },
    ]);
  });

  it('is not read from a subagent’s lines', () => {
    expect(decodeLines(user('Task.', { agentId: 'a6e4ba610b5f8b35d' })).facts).toEqual({});
  });
});

describe('the client’s own cost of a session', () => {
  const state = meta('cost-state', {
    totalCostUSD: 0.12183379999999999,
    totalAPIDuration: 1204,
    totalLinesAdded: 4,
    startTime: 1_795_000_000_000,
    modelUsage: {
      'claude-opus-5-5': { inputTokens: 116, outputTokens: 836, costUSD: 0.1218338, note: 'text' },
      'claude-haiku-5-5': 'text',
    },
    hasUnknownModelCost: false,
    somethingNew: { secret: 'text' },
  });
  const known = (facts: Readonly<Record<string, string>>): unknown =>
    JSON.parse(facts['cost_state'] ?? 'null');

  it('is kept as its numbers', () => {
    expect(known(decodeLines(state).facts)).toEqual({
      totalCostUSD: 0.12183379999999999,
      totalAPIDuration: 1204,
      totalAPIDurationWithoutRetries: null,
      totalToolDuration: null,
      totalDuration: null,
      totalLinesAdded: 4,
      totalLinesRemoved: null,
      startTime: 1_795_000_000_000,
      modelUsage: {
        'claude-opus-5-5': { inputTokens: 116, outputTokens: 836, costUSD: 0.1218338 },
        'claude-haiku-5-5': {},
      },
      hasUnknownModelCost: false,
    });
  });

  it('is the last one, though none has a time', () => {
    const { facts } = decodeLines(assistant(), state, { ...state, totalCostUSD: 0.5 });
    expect(known(facts)).toMatchObject({ totalCostUSD: 0.5 });
  });

  it.each([null, 'text', [], [1]])('survives %j for its models', (modelUsage) => {
    const { facts, rejects } = decodeLines({ ...state, modelUsage });
    expect(rejects).toEqual([]);
    expect(known(facts)).toMatchObject({ totalCostUSD: 0.12183379999999999 });
  });
});
