import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeSubagentMeta } from '../../../receivers/transcripts/subagent-meta.ts';
import { transcriptPlace } from '../../../src/records/transcript-path.ts';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import {
  assistant,
  at,
  conversation,
  OTHER_SESSION,
  SESSION,
  toolResult,
  toolUse,
  toolUseId,
  user,
} from '../../support/transcript-lines.ts';

const AGENT = 'a6e4ba610b5f8b35d';
const META = {
  agentType: 'general-purpose',
  description: 'look',
  toolUseId: toolUseId(1),
  spawnDepth: 1,
  requestShape: 'background',
  model: 'opus',
};
const nowhere = {
  agentType: null,
  toolUseId: null,
  parentAgentId: null,
  spawnDepth: null,
  background: null,
};
const task = conversation(2, 50, { isSidechain: true, agentId: AGENT });
const launch = [
  ...conversation(1),
  assistant(
    {
      id: 'msg_01Launch000000000001',
      content: [toolUse(toolUseId(1), 'Agent', { prompt: 'look' })],
    },
    { timestamp: at(40) },
  ),
  user([toolResult(toolUseId(1), 'launched')], {
    timestamp: at(41),
    toolUseResult: { isAsync: true, agentId: AGENT },
  }),
];

let home: TranscriptHome;
let store: OpenStore;
beforeEach(async () => {
  home = new TranscriptHome();
  store = await home.open();
});
afterEach(() => {
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

const agents = (): unknown =>
  store.rows(
    `SELECT agent_id, session_id, agent_type, tool_use_id, parent_agent_id, spawn_depth, background
     FROM subagent JOIN session ON session.id = session ORDER BY agent_id`,
  );
const requesters = (): unknown =>
  store.rows(
    'SELECT session_id, requester, agent_id, count(*) AS n FROM request JOIN session ON session.id = session GROUP BY 1, 2, 3 ORDER BY 1, 2, 3',
  );

describe.each([
  ['beside its session, as old clients have it', `agent-${AGENT}`],
  ['below its session', `${SESSION}/subagents/agent-${AGENT}`],
  ['of a workflow', `${SESSION}/subagents/workflows/wf_12345678-abc/agent-${AGENT}`],
])('an agent’s transcript %s', (_name, name) => {
  const known = {
    agent_id: AGENT,
    session_id: SESSION,
    agent_type: 'general-purpose',
    tool_use_id: toolUseId(1),
    parent_agent_id: null,
    spawn_depth: 1,
    background: 1,
  };

  it('counts for its session, and as the agent’s', async () => {
    home.write(`${SESSION}.jsonl`, ...launch);
    home.write(`${name}.jsonl`, ...task);
    await store.import();
    expect(requesters()).toEqual([
      { session_id: SESSION, requester: 0, agent_id: null, n: 2 },
      { session_id: SESSION, requester: 1, agent_id: AGENT, n: 2 },
    ]);
    expect(store.totals()).toMatchObject({ requests: 4, prompts: 1, sessions: 1 });
  });

  it('is described by the note beside it', async () => {
    home.writeText(`${name}.meta.json`, JSON.stringify(META));
    home.write(`${name}.jsonl`, ...task);
    await store.import();
    expect(agents()).toEqual([known]);
  });

  it('is described by the note beside it where it is read by a hint', async () => {
    home.writeText(`${name}.meta.json`, JSON.stringify(META));
    const file = home.write(`${name}.jsonl`, ...task);
    await store.follower.readFiles([file]);
    expect(agents()).toEqual([known]);
  });

  it('is described by a note that comes later, when the agent goes on', async () => {
    home.write(`${name}.jsonl`, task[0]!);
    await store.sweep();
    expect(agents()).toEqual([
      { ...known, agent_type: null, tool_use_id: null, spawn_depth: null, background: null },
    ]);
    home.writeText(`${name}.meta.json`, JSON.stringify(META));
    home.append(`${name}.jsonl`, ...task.slice(1));
    await store.follower.readFiles([home.file(`${name}.jsonl`)]);
    expect(agents()).toEqual([known]);
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"agentType":5,"toolUseId":[],"spawnDepth":"deep","requestShape":null}',
    'x'.repeat(100_000),
  ])('is known without its note where that says nothing: %#', async (text) => {
    home.writeText(`${name}.meta.json`, text);
    home.write(`${name}.jsonl`, ...task);
    await store.import();
    expect(agents()).toMatchObject([{ agent_id: AGENT, agent_type: null, tool_use_id: null }]);
    expect(store.problems).toEqual([]);
  });

  it('is found though it was there before its session', async () => {
    home.write(`${name}.jsonl`, ...task);
    await store.import();
    home.write(`${SESSION}.jsonl`, ...launch);
    await store.import();
    expect(store.totals()).toMatchObject({ requests: 4, sessions: 1 });
    expect(
      store.rows('SELECT tool.name, started_agent_id FROM tool_call JOIN tool ON tool.id = tool'),
    ).toEqual([{ name: 'Agent', started_agent_id: AGENT }]);
  });
});

describe('agents of two sessions in one folder', () => {
  it('belong to the session that their lines name', async () => {
    home.write(`${SESSION}.jsonl`, ...conversation(1));
    home.write(`${OTHER_SESSION}.jsonl`, ...conversation(1, 10, { sessionId: OTHER_SESSION }));
    home.write('agent-a1.jsonl', ...conversation(1, 20, { agentId: 'a1' }));
    home.write(
      'agent-a2.jsonl',
      ...conversation(1, 30, { agentId: 'a2', sessionId: OTHER_SESSION }),
    );
    await store.import();
    expect(requesters()).toEqual([
      { session_id: SESSION, requester: 0, agent_id: null, n: 1 },
      { session_id: SESSION, requester: 1, agent_id: 'a1', n: 1 },
      { session_id: OTHER_SESSION, requester: 0, agent_id: null, n: 1 },
      { session_id: OTHER_SESSION, requester: 1, agent_id: 'a2', n: 1 },
    ]);
  });
});

describe('a side chain inside a session’s own file', () => {
  it('is a subagent without a name', async () => {
    home.write(
      `${SESSION}.jsonl`,
      ...conversation(1),
      ...conversation(2, 10, { isSidechain: true }),
    );
    await store.import();
    expect(requesters()).toMatchObject([
      { requester: 0, n: 1 },
      { requester: 1, agent_id: null, n: 2 },
    ]);
    expect(store.totals()).toMatchObject({ prompts: 1 });
  });
});

describe('where a transcript lies', () => {
  it.each([
    [`/c/projects/p/${SESSION}.jsonl`, SESSION, null],
    ['/c/projects/p/agent-a1b2.jsonl', null, 'a1b2'],
    [`/c/projects/p/${SESSION}/subagents/agent-a1.jsonl`, SESSION, 'a1'],
    [`/c/projects/p/${SESSION}/subagents/workflows/wf_1-2/agent-a1.jsonl`, SESSION, 'a1'],
    [`/c/projects/p/${SESSION}/subagents/notes.jsonl`, SESSION, null],
    ['/c/projects/p/a b.jsonl', null, null],
    ['/c/projects/p/agent-.jsonl', 'agent-', null],
    ['/c/projects/p/ä/subagents/agent-a1.jsonl', null, 'a1'],
    ['/subagents/agent-a1.jsonl', '', 'a1'],
  ])('says what it can: %s', (file, sessionId, agentId) => {
    expect(transcriptPlace(file)).toEqual({
      sessionId: sessionId === '' ? null : sessionId,
      agentId,
    });
  });
});

describe('an agent’s note', () => {
  it.each<[string, unknown, object]>([
    [
      'everything',
      { ...META, parentAgentId: 'a0' },
      {
        agentType: 'general-purpose',
        toolUseId: toolUseId(1),
        parentAgentId: 'a0',
        spawnDepth: 1,
        background: true,
      },
    ],
    [
      'an agent in the foreground',
      { requestShape: 'foreground' },
      { ...nowhere, background: false },
    ],
    ['nothing', {}, nowhere],
    ['a list', [1, 2], nowhere],
    ['null', null, nowhere],
    ['a parent outside', { parentAgentId: '../a0' }, nowhere],
    ['depths that cannot be', { spawnDepth: -1 }, nowhere],
    ['more depth than there is', { spawnDepth: 1e300 }, nowhere],
    ['inherited names', JSON.parse('{"__proto__":{"agentType":"planted"}}'), nowhere],
    ['half a character', { agentType: 'a\ud800' }, { ...nowhere, agentType: 'a\ufffd' }],
  ])('is taken as far as it can be: %s', (_name, meta, expected) => {
    expect(decodeSubagentMeta(AGENT, SESSION, meta)).toEqual({
      kind: 'subagent',
      agentId: AGENT,
      sessionId: SESSION,
      ...expected,
    });
  });
});
