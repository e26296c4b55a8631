import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLines, isForTables, type Rows } from '../../../exporters/clickhouse/encode.ts';
import type { Teller } from '../../../exporters/clickhouse/telling.ts';
import { createExportLog, type ExportLog } from '../../pipeline/export-log.ts';
import { AT_MS, batch, call, prompt, request, toolCall } from '../../pipeline/ingest-fixture.ts';

const teller: Teller = {
  collector: { id: 'collector-1', host: 'laptop', user: 'dev' },
  store: { id: 'store-1', madeAtMs: 1_000 },
  anonymous: false,
  content: false,
};
const telling = {
  host: 'laptop',
  user: 'dev',
  collector: 'collector-1',
  source: 'transcript',
  revision: 0,
  row_version: String(2n ** 32n),
};

let log: ExportLog;
beforeEach(() => {
  log = createExportLog();
});
afterEach(() => log.remove());

const encoded = (stated: Partial<Teller> = {}): Rows => {
  const { reader } = log.deps;
  return encodeLines(
    reader.db,
    { ...teller, ...stated },
    reader.current(0, 100).lines.filter(isForTables),
    AT_MS,
  );
};

describe('a request', () => {
  it('is a message and a point of its session’s context', () => {
    log.commit(batch([request()]));
    const { claude_messages: messages, claude_context_analysis: context } = encoded();
    expect(messages).toEqual([
      {
        uuid: expect.stringMatching(/^req_[\w-]{22}$/) as unknown,
        session_id: 'session-1',
        timestamp: '2026-01-05T12:00:00.000Z',
        type: 'assistant',
        role: 'assistant',
        model: 'claude-opus-4-5',
        content_type: 'text',
        content_length: 0,
        is_sidechain: false,
        cwd: '/home/dev/one',
        project_directory: '/home/dev/one',
        message_id: 'msg_1',
        request_id: 'req_1',
        prompt_id: '',
        agent_id: '',
        requester: 'main',
        input_tokens: 10,
        output_tokens: 20,
        cache_read_input_tokens: 300,
        cache_creation_input_tokens: 40,
        cache_creation_5m_input_tokens: 0,
        cache_creation_1h_input_tokens: 40,
        web_search_requests: 0,
        thinking_tokens: 0,
        // 10 x 5 + 20 x 25 + 300 x 0.5 + 40 x 10 dollars per million.
        cost_estimate: 0.0011,
        cost_nano_usd: 1_100_000,
        cost_basis: 'list',
        is_final: true,
        ...telling,
      },
    ]);
    expect(context).toEqual([
      {
        uuid: messages[0]?.['uuid'],
        session_id: 'session-1',
        timestamp: '2026-01-05T12:00:00.000Z',
        estimated_tokens: 350,
        file_count: 0,
        tool_call_count: 0,
        unique_files_accessed: 0,
        context_efficiency_score: 300 / 350,
        redundancy_percentage: 0,
        project_directory: '/home/dev/one',
        model: 'claude-opus-4-5',
        ...telling,
      },
    ]);
  });

  it('without a price costs nothing and says so', () => {
    log.commit(batch([request({ model: 'gpt-x' })]));
    expect(encoded().claude_messages).toMatchObject([
      { cost_estimate: 0, cost_nano_usd: 0, cost_basis: 'unpriced', output_tokens: 20 },
    ]);
  });

  it('has the tokens of the models that helped with it', () => {
    const iteration = {
      type: 'message',
      model: null,
      inputTokens: 10,
      outputTokens: 20,
      cacheReadInputTokens: 0,
      cacheCreation5mInputTokens: 0,
      cacheCreation1hInputTokens: 0,
      webSearchRequests: 0,
    };
    log.commit(
      batch([
        request({
          cacheReadInputTokens: 0,
          cacheCreation1hInputTokens: 0,
          iterations: [
            iteration,
            {
              ...iteration,
              type: 'advisor_message',
              model: 'claude-haiku-4-5',
              inputTokens: 7,
              outputTokens: 5,
            },
          ],
        }),
      ]),
    );
    expect(encoded().claude_messages).toMatchObject([{ input_tokens: 17, output_tokens: 25 }]);
  });

  it('of a subagent is a sidechain, and no point of the session’s context', () => {
    log.commit(batch([request({ requester: 'subagent', agentId: 'a1' })]));
    const rows = encoded();
    expect(rows.claude_messages).toMatchObject([{ is_sidechain: true, agent_id: 'a1' }]);
    expect(rows.claude_context_analysis).toEqual([]);
  });

  it('knows whether it asked for tools, and what the session did before', () => {
    const at = (minute: number) => AT_MS + minute * 60_000;
    const did = (minute: number, filePath: string | null) =>
      toolCall({
        key: `toolu_${minute}`,
        filePath,
        callAtMs: at(minute),
        resultAtMs: at(minute) + 1,
        requestKey: minute === 1 ? 'msg_1' : null,
      });
    log.commit(
      batch([
        request({ key: 'msg_1', atMs: at(0), endMs: at(1) }),
        did(1, '/a'),
        did(2, '/b'),
        did(3, '/a'),
        did(4, null),
        request({ key: 'msg_2', atMs: at(5), endMs: at(5) }),
        did(6, '/c'),
      ]),
    );
    const { claude_messages: messages, claude_context_analysis: context, ...rest } = encoded();
    expect(messages.map(({ content_type: type }) => type)).toEqual(['tool_use', 'text']);
    expect(context).toMatchObject([
      { tool_call_count: 0, file_count: 0, unique_files_accessed: 0, redundancy_percentage: 0 },
      {
        tool_call_count: 4,
        file_count: 3,
        unique_files_accessed: 2,
        redundancy_percentage: 100 / 3,
      },
    ]);
    expect(rest.claude_file_access.map(({ access_pattern: pattern }) => pattern)).toEqual([
      'first_time',
      'first_time',
      'repeated',
      'first_time',
    ]);
  });
});

describe('what people say', () => {
  it('is a message without tokens, with its length', () => {
    log.commit(batch([prompt({ data: '{"prompt_bytes":1234,"prompt_id":"p1"}' })]));
    const { claude_messages: messages } = encoded();
    expect(messages).toMatchObject([
      { type: 'user', role: 'user', content_type: 'text', content_length: 1234, prompt_id: 'p1' },
    ]);
    expect(messages[0]).not.toHaveProperty('input_tokens');
  });

  it('is summed up by a compaction', () => {
    log.commit(
      batch([prompt({ key: 'c:1', type: 'compaction', category: 'session', data: '{}' })]),
    );
    expect(encoded().claude_messages).toMatchObject([{ type: 'summary', role: '' }]);
  });
});

describe('a tool call', () => {
  it('is a use and a result, and an access to the file it names', () => {
    log.commit(
      batch([
        request(),
        toolCall({
          tool: 'Edit',
          linesAdded: 3,
          linesRemoved: 1,
          durationMs: 40,
          durationSource: 'hook',
        }),
      ]),
    );
    const rows = encoded();
    const shared = {
      uuid: expect.stringMatching(/^tool_[\w-]{22}$/) as unknown,
      tool_use_id: 'toolu_1',
      session_id: 'session-1',
      message_uuid: rows.claude_messages[0]?.['uuid'],
      tool_name: 'Edit',
      accesses_sensitive_files: false,
      modifies_system_files: false,
      network_access: false,
      project_directory: '/home/dev/one',
      agent_id: '',
      input_size_bytes: 30,
      ...telling,
    };
    expect(rows.claude_tool_usage).toEqual([
      { ...shared, timestamp: '2026-01-05T12:00:00.000Z', operation_type: 'use' },
      {
        ...shared,
        timestamp: '2026-01-05T12:00:00.500Z',
        operation_type: 'result',
        success: true,
        outcome: 'success',
        error_class: '',
        result_size_bytes: 400,
        result_type: '',
        execution_time_ms: 40,
        duration_source: 'hook',
      },
    ]);
    expect(rows.claude_file_access).toEqual([
      {
        uuid: expect.stringMatching(/^tool_[\w-]{22}$/) as unknown,
        tool_use_id: 'toolu_1',
        session_id: 'session-1',
        timestamp: '2026-01-05T12:00:00.000Z',
        file_key: expect.stringMatching(/^[\w-]{22}$/) as unknown,
        operation: 'edit',
        file_extension: 'ts',
        is_sensitive_file: false,
        content_type: 'code',
        access_pattern: 'first_time',
        tool_name: 'Edit',
        project_directory: '/home/dev/one',
        outcome: 'success',
        lines_added: 3,
        lines_removed: 1,
        ...telling,
      },
    ]);
  });

  it('that goes on is a use alone', () => {
    log.commit(batch([call()]));
    expect(encoded().claude_tool_usage.map(({ operation_type: type }) => type)).toEqual(['use']);
  });

  it.each([
    [{ success: false, errorClass: 'exit_code' }, 'failure', 'error'],
    [{ success: false, errorClass: 'denied' }, 'denied', 'error'],
    [{ success: null }, 'unknown', 'file_content'],
    [{ success: true }, 'success', 'file_content'],
  ] as const)('that ended with %j is told as %s', (stated, outcome, type) => {
    log.commit(batch([toolCall(stated)]));
    expect(encoded().claude_tool_usage[1]).toMatchObject({ outcome, result_type: type });
  });

  it.each([
    ['WebFetch', null, true],
    ['Bash', 'curl', true],
    ['Bash', '/usr/bin/ssh', true],
    ['Bash', 'curls', false],
    ['Read', null, false],
  ])('of %s with the command %s uses the network: %s', (tool, command, isUsed) => {
    log.commit(batch([toolCall({ tool, command, filePath: null })]));
    expect(encoded().claude_tool_usage[0]).toMatchObject({ network_access: isUsed });
  });

  it('says which file and command only where content is wanted', () => {
    log.commit(batch([toolCall({ filePath: '/home/dev/x.weird', command: 'npm' })]));
    expect(JSON.stringify(encoded())).not.toMatch(/x\.weird|weird|npm/);
    expect(encoded({ content: true })).toMatchObject({
      claude_tool_usage: [{ file_path: '/home/dev/x.weird', command: 'npm' }, {}],
      claude_file_access: [{ file_path: '/home/dev/x.weird', file_extension: 'weird' }],
    });
  });

  it('of a tool that is no name, which only the model can have thought of, says so with content alone', () => {
    log.commit(batch([toolCall({ tool: 'cat /home/dev/plan' })]));
    expect(JSON.stringify(encoded())).not.toContain('plan');
    expect(encoded()).toMatchObject({ claude_tool_usage: [{ tool_name: 'other' }, {}] });
    expect(encoded({ content: true })).toMatchObject({
      claude_tool_usage: [{ tool_name: 'cat /home/dev/plan' }, {}],
    });
  });

  it('that nobody saw but for its result has a use too, so that calls can be counted', () => {
    log.commit(batch([toolCall({ tool: null, callAtMs: null })]));
    expect(encoded().claude_tool_usage).toMatchObject([
      { operation_type: 'use', tool_name: 'unknown' },
      { operation_type: 'result', tool_name: 'unknown' },
    ]);
  });
});

describe('a session', () => {
  it('is told with what is touched, as it stands with the last line', () => {
    log.commit(
      batch([
        request(),
        {
          kind: 'session_fact',
          sessionId: 'session-1',
          name: 'git_branch',
          value: 'main',
          atMs: 1,
        },
        {
          kind: 'session_fact',
          sessionId: 'session-1',
          name: 'version',
          value: '2.1.329',
          atMs: 1,
        },
        {
          kind: 'session_fact',
          sessionId: 'session-1',
          name: 'user_type',
          value: 'external',
          atMs: 1,
        },
        {
          kind: 'session_fact',
          sessionId: 'session-1',
          name: 'custom_title',
          value: 'c4n4ry',
          atMs: 1,
        },
      ]),
    );
    log.commit(batch([request({ key: 'msg_2', atMs: AT_MS + 60_000, endMs: AT_MS + 60_000 })]));
    const rows = encoded();
    expect(rows.claude_sessions).toEqual([
      {
        session_id: 'session-1',
        project_directory: '/home/dev/one',
        user_type: 'external',
        version: '2.1.329',
        git_branch: 'main',
        start_time: '2026-01-05T12:00:00.000Z',
        last_activity: '2026-01-05T12:01:00.000Z',
        total_entries: 0,
        total_size_bytes: 0,
        entrypoint: '',
        host: 'laptop',
        user: 'dev',
        collector: 'collector-1',
        row_version: String(2n ** 32n + 2n),
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain('c4n4ry');
  });
});

describe('an anonymous telling', () => {
  it('keeps the last part of a project and a digest of the rest', () => {
    log.commit(batch([request({ project: '/home/alice/shop' })]));
    const rows = encoded({ anonymous: true });
    expect(JSON.stringify(rows)).not.toContain('alice');
    expect(rows.claude_messages[0]?.['project_directory']).toMatch(/^shop#[\w-]{8}$/);
    expect(rows.claude_sessions[0]?.['project_directory']).toBe(
      rows.claude_messages[0]?.['project_directory'],
    );
  });
});
