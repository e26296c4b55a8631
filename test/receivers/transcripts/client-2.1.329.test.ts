import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainPrice } from '../../../src/pricing/explain.ts';
import { loadPriceTable } from '../../../src/pricing/override.ts';
import { explainRequest } from '../../../src/rollups/explain-request.ts';
import { type OpenStore, SLUG, TranscriptHome } from '../../support/transcript-home.ts';
import type { Line } from '../../support/transcript-lines.ts';

const FIXTURE = path.join(import.meta.dirname, '../../fixtures/client-2.1.329');
const SESSION = '5cb6b27a-9207-463e-83c6-3b402ee1bda6';
const FORK = '81d36797-17cb-485a-897a-246af4708d07';
const AGENT = 'a6e4ba610b5f8b35d';
const SPAWN = 'toolu_01776f726bmwp84yt800030A';

/** What the API was asked for and answered, in order; the last one is the fork's own. */
interface Asked {
  readonly requestId: string;
  readonly messageId: string;
  readonly model: string;
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_read_input_tokens: number;
    readonly cache_creation: {
      readonly ephemeral_5m_input_tokens: number;
      readonly ephemeral_1h_input_tokens: number;
    };
    readonly server_tool_use?: { readonly web_search_requests: number };
  };
}
/** What the client itself said at the end of a run: sums over the session so far, which a fork takes over. */
interface Result {
  readonly session_id: string;
  readonly total_cost_usd: number;
  readonly modelUsage: Readonly<
    Record<
      string,
      { readonly inputTokens: number; readonly outputTokens: number; readonly costUSD: number }
    >
  >;
}
const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(FIXTURE, name), 'utf8'));
const asked = recorded('requests.json') as readonly Asked[];
const [firstRun, secondRun, forkRun] = recorded('results.json') as readonly Result[];
const table = await loadPriceTable(null);

let home: TranscriptHome;
let store: OpenStore;
beforeAll(async () => {
  home = new TranscriptHome();
  cpSync(path.join(FIXTURE, 'projects'), home.projects, { recursive: true });
  store = await home.open();
  await store.import();
});
afterAll(() => {
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

const explained = (id: string) =>
  explainRequest(store.collector.store.db, id, (request) => explainPrice(table, request))!;
const costOf = (ids: readonly string[]): number =>
  ids.reduce((sum, id) => sum + explained(id).cost!.total_usd, 0);
const ids = asked.map(({ messageId }) => messageId);

describe('a recorded run of client 2.1.329, resumed once and forked once', () => {
  it('is read without a line left over', () => {
    expect(store.totals()).toMatchObject({
      requests: 10,
      files: 3,
      lines: 74 + 62 + 20,
      rejects: 0,
      sessions: 2,
    });
    expect(store.problems).toEqual([]);
    const lines = store.rows("SELECT sum(value) AS n FROM tally WHERE name = 'entries'");
    expect(lines).toEqual([{ n: 74 + 62 + 20 }]);
  });

  it.each(asked)(
    'has the request $messageId once, with what the API answered',
    ({ messageId, requestId, model, usage }) => {
      expect(explained(messageId)).toMatchObject({
        request_id: requestId,
        model,
        final: true,
        cost_basis: 'list',
        session_id: messageId === ids.at(-1) ? FORK : SESSION,
        project: '/home/dev/project',
        tokens: {
          input_tokens: usage.input_tokens,
          output_tokens: usage.output_tokens,
          cache_read_input_tokens: usage.cache_read_input_tokens,
          cache_creation_5m_input_tokens: usage.cache_creation.ephemeral_5m_input_tokens,
          cache_creation_1h_input_tokens: usage.cache_creation.ephemeral_1h_input_tokens,
          web_search_requests: usage.server_tool_use?.web_search_requests ?? 0,
        },
      });
      expect(explained(requestId)).toEqual(explained(messageId));
    },
  );

  it.each(asked)('can say which line $messageId was read from', ({ messageId, usage }) => {
    const { counted_line, owner_path } = explained(messageId);
    const lines = readFileSync(counted_line.path, 'utf8').split('\n');
    const line = JSON.parse(lines[counted_line.line - 1]!) as { readonly message: Line };
    expect(line.message['id']).toBe(messageId);
    expect(line.message['usage']).toMatchObject({ output_tokens: usage.output_tokens });
    expect(
      lines.slice(counted_line.line).some((text) => text.includes(`"id":"${messageId}"`)),
    ).toBe(false);
    expect(owner_path).toBe(counted_line.path);
  });

  it('costs to the last digit what the client says', () => {
    expect(costOf(ids.slice(0, 8))).toBeCloseTo(firstRun!.total_cost_usd, 12);
    expect(costOf(ids.slice(0, 9))).toBeCloseTo(secondRun!.total_cost_usd, 12);
    expect(costOf(ids)).toBeCloseTo(forkRun!.total_cost_usd, 12);
    expect(store.totals().costNanoUsd).toBe(Math.round(forkRun!.total_cost_usd * 1e9));
  });

  it('counts for the fork nothing but its own request', () => {
    const rows = store.rows(
      `SELECT session_id, sum(requests) AS requests, sum(input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd) AS nano
       FROM rollup_request JOIN session ON session.id = session GROUP BY session_id HAVING requests > 0 ORDER BY session_id`,
    );
    expect(rows).toEqual([
      { session_id: SESSION, requests: 9, nano: Math.round(secondRun!.total_cost_usd * 1e9) },
      {
        session_id: FORK,
        requests: 1,
        nano: Math.round(forkRun!.modelUsage['claude-opus-4-6']!.costUSD * 1e9),
      },
    ]);
  });

  it('agrees with the client model by model', () => {
    const rows = store.rows(
      `SELECT model.name, sum(input_tokens) AS input, sum(output_tokens) AS output, sum(input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd) AS nano
       FROM total_request JOIN model ON model.id = model GROUP BY model.name ORDER BY model.name`,
    );
    const expected = Object.entries(forkRun!.modelUsage).map(
      ([name, { inputTokens, outputTokens, costUSD }]) => ({
        name,
        input: inputTokens,
        output: outputTokens,
        nano: Math.round(costUSD * 1e9),
      }),
    );
    expect(rows).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  });

  it('knows the client’s own figure of each session', () => {
    const states = store.rows(
      "SELECT session_id, value FROM session_fact JOIN session ON session.id = session WHERE name = 'cost_state' ORDER BY session_id",
    );
    expect(states.map(({ value }) => (JSON.parse(String(value)) as Line)['totalCostUSD'])).toEqual([
      secondRun!.total_cost_usd,
      forkRun!.total_cost_usd,
    ]);
  });

  it('knows the agent, what called it and what it asked for', () => {
    expect(
      store.rows('SELECT agent_id, agent_type, tool_use_id, spawn_depth, background FROM subagent'),
    ).toEqual([
      {
        agent_id: AGENT,
        agent_type: 'general-purpose',
        tool_use_id: SPAWN,
        spawn_depth: 1,
        background: 1,
      },
    ]);
    expect(store.rows(`SELECT started_agent_id FROM tool_call WHERE key = '${SPAWN}'`)).toEqual([
      { started_agent_id: AGENT },
    ]);
    expect(ids.filter((id) => explained(id).requester === 'subagent')).toEqual([ids[3], ids[5]]);
    expect(explained(ids[3]!)).toMatchObject({ agent_id: AGENT, session_id: SESSION });
  });

  it('has each prompt once, for the session it was typed in', () => {
    const rows = store.rows(
      "SELECT session_id, line, data FROM occurrence JOIN session ON session.id = session WHERE type = 'user_prompt' ORDER BY at_ms",
    );
    expect(
      rows.map(({ session_id, line, data }) => [
        session_id,
        line,
        (JSON.parse(String(data)) as Line)['prompt_bytes'],
      ]),
    ).toEqual([
      [SESSION, 3, 'MAIN-TASK take the tour'.length],
      [SESSION, 65, 'MAIN-TASK go on'.length],
      [FORK, 43, 'MAIN-TASK branch off'.length],
    ]);
    // The news of the agent that was done, which came in the middle of the first turn.
    expect(store.rows("SELECT type FROM occurrence WHERE type <> 'user_prompt'")).toEqual([
      { type: 'injected_prompt' },
    ]);
  });

  it('has each tool call once, with its outcome', () => {
    const rows = store.rows(
      `SELECT tool.name AS tool, success, error_class, command, file.path AS file, lines_added, lines_removed, request_key, agent_id
       FROM tool_call JOIN tool ON tool.id = tool LEFT JOIN file ON file.id = file ORDER BY at_ms, tool_call.key`,
    );
    const notes = '/home/dev/project/notes.md';
    const plain = {
      success: 1,
      error_class: null,
      command: null,
      file: null,
      lines_added: null,
      lines_removed: null,
      agent_id: null,
    };
    expect(rows).toEqual([
      {
        ...plain,
        tool: 'Write',
        file: notes,
        lines_added: 2,
        lines_removed: 0,
        request_key: ids[0],
      },
      { ...plain, tool: 'Bash', command: 'ls', request_key: ids[1] },
      {
        ...plain,
        tool: 'Bash',
        command: 'exit',
        success: 0,
        error_class: 'exit_code',
        request_key: ids[1],
      },
      { ...plain, tool: 'Agent', request_key: ids[2] },
      { ...plain, tool: 'Read', file: notes, request_key: ids[3], agent_id: AGENT },
      {
        ...plain,
        tool: 'Edit',
        file: notes,
        lines_added: 1,
        lines_removed: 0,
        request_key: ids[4],
      },
      {
        ...plain,
        tool: 'Read',
        file: '/nonexistent/file',
        success: 0,
        error_class: 'not_found',
        request_key: ids[6],
      },
    ]);
    expect(explained(ids[1]!).tool_calls.map(({ tool, success }) => [tool, success])).toEqual([
      ['Bash', true],
      ['Bash', false],
    ]);
  });

  it('comes to the same, whichever file is read first', async () => {
    const names = [
      `${SESSION}.jsonl`,
      `${FORK}.jsonl`,
      `${SESSION}/subagents/agent-${AGENT}.jsonl`,
    ];
    for (const order of [
      [1, 0, 2],
      [2, 1, 0],
      [0, 2, 1],
    ]) {
      using other = new TranscriptHome();
      using again = await other.open();
      for (const index of order) {
        const name = names[index]!;
        cpSync(path.join(FIXTURE, 'projects', SLUG, name), other.file(name), { recursive: true });
        await again.import();
      }
      expect(again.totals()).toEqual(store.totals());
      const owned =
        'SELECT key, session_id, line, requester FROM request JOIN session ON session.id = session ORDER BY key';
      expect(again.rows(owned)).toEqual(store.rows(owned));
    }
  });
});
