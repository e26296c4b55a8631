import path from 'node:path';
import { listPrice } from './corpus-prices.ts';
import type { Random } from './corpus-random.ts';
import { countRequest, countToolCall, type CorpusAnswer } from './corpus-tally.ts';
import {
  createTranscriptWriter,
  type TranscriptLine,
  type TranscriptWriter,
} from './corpus-writer.ts';

/** What all conversations of a corpus have in common. */
export interface Setting {
  readonly answer: CorpusAnswer;
  readonly random: Random;
  readonly dirty: boolean;
}

/** A conversation in progress: the main one of a session, or that of a subagent. */
export interface Conversation {
  readonly session: string;
  readonly cwd: string;
  /** Folder of the project's transcripts. */
  readonly folder: string;
  readonly branch: string;
  /** Whether the client is a newer one, which writes more than messages. */
  readonly isModern: boolean;
  readonly agent: string | null;
  model: string;
  clockMs: number;
  contextTokens: number;
  leaf: string | null;
  /** Lines that a later session repeats when it goes on from here. */
  readonly history: TranscriptLine[];
}

type Block = Readonly<Record<string, unknown>> & { readonly type: string };

interface ToolUse extends Block {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, string>>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MOST_CONTEXT_TOKENS = 180_000;
const SMALL_MODELS = ['claude-haiku-4-5-20251001', 'claude-haiku-5-5'];
/** As often as they are used. */
const TOOLS =
  'Bash Bash Bash Read Read Read Edit Edit Write Grep Glob WebFetch TodoWrite mcp__tracker__find_issue'.split(
    ' ',
  );
const COMMANDS = ['npm test', 'git diff --stat', 'cargo build', 'rg --files', 'ls'];
const FAILURES = [
  'Exit code 1\n',
  'File does not exist. ',
  'Error: EACCES ',
  'String to replace was not in the file. ',
  '',
];
const DENIAL = "The user doesn't want to proceed with this tool use. The tool use was rejected.";

/** One person's prompt, and what the agent does until it has answered. */
export function takeTurn(setting: Setting, talk: Conversation, file: TranscriptWriter): void {
  const { random, answer } = setting;
  stayWithinHour(talk);
  const say = speaker(talk, file);
  say(
    { type: 'user', message: { role: 'user', content: random.prose(random.skewed(180, 9000)) } },
    random,
  );
  if (talk.agent === null) answer.prompts += 1;
  if (talk.isModern) writeSurroundings(setting, talk, file);
  const rounds = random.between(1, 8);
  for (let round = 1; round <= rounds; round++) {
    pass(talk, random.between(1200, 30_000));
    stayWithinHour(talk);
    const isLast = round === rounds;
    const uses = isLast
      ? []
      : Array.from({ length: random.chance(0.3) ? random.between(2, 4) : 1 }, () =>
          toolUse(random, talk),
        );
    if (random.chance(0.005)) fail(setting, talk, say);
    respond(setting, talk, say, [...words(random, isLast || random.chance(0.5)), ...uses]);
    for (const use of uses) answerTool(setting, talk, say, use);
    if (talk.agent === null && !isLast && random.chance(0.04)) delegate(setting, talk);
  }
  if (talk.isModern) {
    file.line({
      type: 'last-prompt',
      lastPrompt: random.prose(60),
      leafUuid: talk.leaf,
      sessionId: talk.session,
    });
  }
  pass(talk, random.between(5000, random.chance(0.1) ? 100 * MINUTE_MS : 2 * MINUTE_MS));
}

/** A summary takes the place of what was said before. */
export function compact(setting: Setting, talk: Conversation, file: TranscriptWriter): void {
  const { random } = setting;
  const about = { trigger: 'auto', preTokens: talk.contextTokens };
  speaker(talk, file)(
    {
      type: 'system',
      subtype: 'compact_boundary',
      content: 'Conversation compacted',
      level: 'info',
      compactMetadata: about,
    },
    random,
  );
  talk.contextTokens = random.between(9000, 20_000);
}

type Say = (line: TranscriptLine, random: Random) => void;

/** Adds what every line of a conversation says; the two kinds of client have it in different places. */
function speaker(talk: Conversation, file: TranscriptWriter): Say {
  return ({ type, ...own }, random) => {
    const uuid = random.uuid();
    const place = {
      cwd: talk.cwd,
      sessionId: talk.session,
      version: talk.isModern ? '2.1.329' : '1.0.77',
      gitBranch: talk.branch,
    };
    const chain = {
      parentUuid: talk.leaf,
      isSidechain: talk.agent !== null,
      ...(talk.agent === null ? {} : { agentId: talk.agent }),
    };
    const when = { uuid, timestamp: new Date(talk.clockMs).toISOString() };
    const line = talk.isModern
      ? { ...chain, ...own, type, ...when, userType: 'external', entrypoint: 'cli', ...place }
      : { ...chain, userType: 'external', ...place, type, ...own, ...when };
    talk.leaf = uuid;
    talk.history.push(line);
    file.line(line);
  };
}

/** What newer clients write beside the conversation; most of the bytes, and nothing to count. */
function writeSurroundings({ random }: Setting, talk: Conversation, file: TranscriptWriter): void {
  const timestamp = new Date(talk.clockMs).toISOString();
  if (random.chance(0.3)) {
    const systemPrompt = [random.prose(random.skewed(11_000, 110_000))];
    speaker(talk, file)(
      { type: 'attachment', attachment: { type: 'prompt_snapshot', systemPrompt } },
      random,
    );
  }
  if (random.chance(0.15)) {
    const shape = {
      system: [{ type: 'text', text: random.prose(random.skewed(24_000, 110_000)) }],
    };
    file.line({
      type: 'api-request-shape',
      sessionId: talk.session,
      shapeHash: random.hex(16),
      timestamp,
      version: '2.1.329',
      shape,
    });
  }
  if (random.chance(0.06)) {
    const messageId = random.uuid();
    const snapshot = { messageId, trackedFileBackups: {}, timestamp };
    file.line({ type: 'file-history-snapshot', messageId, snapshot, isSnapshotUpdate: false });
  }
}

function words(random: Random, hasText: boolean): Block[] {
  const thinking = random.chance(0.35)
    ? [
        {
          type: 'thinking',
          thinking: random.prose(random.skewed(450, 9000)),
          signature: random.hex(60).repeat(5),
        },
      ]
    : [];
  return hasText
    ? [...thinking, { type: 'text', text: random.prose(random.skewed(280, 12_000)) }]
    : thinking;
}

function toolUse(random: Random, { cwd }: Conversation): ToolUse {
  const name = random.pick(TOOLS);
  const file = `${cwd}/src/part-${random.between(1, 60)}.${random.pick(['ts', 'py', 'md', 'css'])}`;
  const inputs: Readonly<Record<string, () => Record<string, string>>> = {
    Bash: () => ({ command: random.pick(COMMANDS), description: random.prose(24) }),
    Write: () => ({ file_path: file, content: random.prose(random.skewed(1100, 40_000)) }),
    Edit: () => ({
      file_path: file,
      old_string: random.prose(random.skewed(140, 3000)),
      new_string: random.prose(random.skewed(170, 3000)),
    }),
  };
  return {
    type: 'tool_use',
    id: random.apiId('toolu'),
    name,
    input: inputs[name]?.() ?? { file_path: file },
  };
}

/** One response of the model, as several lines: one for each block of it. */
function respond(
  { answer, random }: Setting,
  talk: Conversation,
  say: Say,
  blocks: readonly Block[],
): void {
  const model = talk.agent !== null && random.chance(0.5) ? random.pick(SMALL_MODELS) : talk.model;
  const write5m = random.chance(0.7) ? random.skewed(800, 50_000) : 0;
  const write1h = talk.isModern && random.chance(0.5) ? random.skewed(1300, 80_000) : 0;
  const usage = {
    input_tokens: random.between(1, 60),
    output_tokens: blocks.length + 1 + random.skewed(210, 30_000),
    cache_read_input_tokens: talk.contextTokens,
    cache_creation_5m_input_tokens: write5m,
    cache_creation_1h_input_tokens: write1h,
    web_search_requests: random.chance(0.015) ? random.between(1, 4) : 0,
  };
  const atMs = talk.clockMs;
  countRequest(answer, {
    model,
    project: talk.cwd,
    session: talk.session,
    atMs,
    usage: { ...usage, cost_nano_usd: listPrice(model, atMs, usage) },
  });
  talk.contextTokens = Math.min(MOST_CONTEXT_TOKENS, talk.contextTokens + write5m + write1h);
  const [id, requestId] = [random.apiId('msg'), random.apiId('req')];
  const stop = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  blocks.forEach((block, index) => {
    const isLast = index === blocks.length - 1;
    // While it streams, an older client writes the count as of the beginning; only the last line has the true one.
    const isFinal = isLast || talk.isModern;
    const output = isFinal ? usage.output_tokens : 1 + index;
    const message = {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [block],
      stop_reason: isFinal ? stop : null,
      stop_sequence: null,
      usage: wireUsage(talk.isModern, usage, output),
    };
    say({ type: 'assistant', message, requestId }, random);
    if (!isLast) pass(talk, random.between(10, 1000));
  });
}

function wireUsage(isModern: boolean, usage: Record<string, number>, output: number): object {
  const write5m = usage['cache_creation_5m_input_tokens'] ?? 0;
  const write1h = usage['cache_creation_1h_input_tokens'] ?? 0;
  const searches = usage['web_search_requests'] ?? 0;
  return {
    input_tokens: usage['input_tokens'],
    cache_creation_input_tokens: write5m + write1h,
    cache_read_input_tokens: usage['cache_read_input_tokens'],
    ...(isModern && {
      cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
    }),
    output_tokens: output,
    service_tier: 'standard',
    ...((isModern || searches > 0) && {
      server_tool_use: {
        web_search_requests: searches,
        ...(isModern && { web_fetch_requests: 0 }),
      },
    }),
    ...(isModern && { inference_geo: '', iterations: [], speed: 'standard' }),
  };
}

/** An error of the API, which the client tells in the form of a response of no model. */
function fail({ answer, random }: Setting, talk: Conversation, say: Say): void {
  answer.synthetic_responses += 1;
  const usage = {
    input_tokens: 0,
    output_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
  const content = [{ type: 'text', text: 'API Error: 529 {"type":"overloaded_error"}' }];
  const message = {
    id: random.uuid(),
    type: 'message',
    role: 'assistant',
    model: '<synthetic>',
    content,
    stop_reason: 'stop_sequence',
    stop_sequence: '',
    usage,
  };
  say({ type: 'assistant', message, isApiErrorMessage: true }, random);
  pass(talk, random.between(500, 4000));
}

function answerTool(
  { answer, random }: Setting,
  talk: Conversation,
  say: Say,
  { id, name, input }: ToolUse,
): void {
  pass(talk, random.between(3, 5000));
  const outcome = random.chance(0.06) ? 'failed' : random.chance(0.01) ? 'denied' : 'ok';
  countToolCall(answer, name, outcome);
  const body = random.prose(random.skewed(1300, 90_000));
  const trouble = outcome === 'denied' ? DENIAL : `${random.pick(FAILURES)}${body.slice(0, 200)}`;
  const content = outcome === 'ok' ? body : trouble;
  const result = {
    tool_use_id: id,
    type: 'tool_result',
    content,
    ...(outcome !== 'ok' && { is_error: true }),
  };
  const good =
    name === 'Bash'
      ? { stdout: body, stderr: '', interrupted: false, isImage: false }
      : { filePath: input['file_path'], content: body.slice(0, 400) };
  say(
    {
      type: 'user',
      message: { role: 'user', content: [result] },
      toolUseResult: outcome === 'ok' ? good : `Error: ${trouble}`,
    },
    random,
  );
}

/** A subagent with a transcript of its own; older clients put it beside the sessions, newer ones below its own. */
function delegate(setting: Setting, parent: Conversation): void {
  const { answer, random } = setting;
  const agent = random.hex(parent.isModern ? 17 : 8);
  const folder = parent.isModern
    ? path.join(parent.folder, parent.session, 'subagents')
    : parent.folder;
  const talk: Conversation = {
    ...parent,
    agent,
    leaf: null,
    contextTokens: random.between(6000, 12_000),
    history: [],
  };
  const file = createTranscriptWriter({
    ...setting,
    file: path.join(folder, `agent-${agent}.jsonl`),
  });
  answer.subagents += 1;
  for (let turns = random.between(1, 2); turns > 0; turns--) takeTurn(setting, talk, file);
  file.close(talk.clockMs);
  parent.clockMs = talk.clockMs;
}

function pass(talk: Conversation, ms: number): void {
  talk.clockMs += ms;
}

/** A response that begins in one hour and ends in the next would make its hour a matter of taste. */
function stayWithinHour(talk: Conversation): void {
  if (talk.clockMs % HOUR_MS > HOUR_MS - MINUTE_MS) talk.clockMs += 2 * MINUTE_MS;
}
