/** Spans of what happened in sessions, by the conventions for generative AI. Each function makes one kind of span. */
import type { AgentRun } from '../../src/rollups/agent-runs.ts';
import type { WholeSession } from '../../src/rollups/idle-sessions.ts';
import type { Placed, PromptEnding } from '../../src/rollups/prompt-endings.ts';
import { modelName, plainName } from '../../src/records/plain-name.ts';
import {
  addData,
  addHead,
  addProject,
  addTool,
  addUsage,
  type Draft,
  type Telling,
} from './entry-attributes.ts';
import { GEN_AI, MAIN_AGENT, OPERATIONS, OWN, PROVIDER } from './names.ts';
import type { SpanDraft } from './span-draft.ts';
import { agentSpanId, entrySpanId, rootSpanId, sessionSpanId, traceIdOf } from './span-ids.ts';

/** A whole session: a trace of its own, which its prompts have links to. */
export function sessionSpan(session: WholeSession, telling: Telling): SpanDraft {
  const { sessionId, startedMs, lastMs, project } = session;
  const attributes: Draft = {
    [OWN.span]: 'session',
    [GEN_AI.session]: sessionId,
    [GEN_AI.conversation]: sessionId,
  };
  addProject(attributes, project, telling);
  return {
    traceId: traceIdOf(sessionId, null),
    spanId: sessionSpanId(sessionId),
    parentSpanId: null,
    name: 'session',
    kind: 'internal',
    startMs: startedMs,
    endMs: lastMs,
    status: 'unset',
    message: null,
    attributes,
    links: [],
  };
}

/** A prompt and all that was done for it: the root of its trace. */
export function promptSpan(ending: PromptEnding, telling: Telling): SpanDraft {
  const { sessionId, prompt, endMs, project } = ending;
  const attributes: Draft = {
    [OWN.span]: prompt.isCommand ? 'slash_command' : 'prompt',
    [OWN.entry]: prompt.id,
    [GEN_AI.operation]: OPERATIONS.agent,
    [GEN_AI.provider]: PROVIDER,
    [GEN_AI.agentName]: MAIN_AGENT,
    [GEN_AI.session]: sessionId,
    [GEN_AI.conversation]: sessionId,
  };
  addProject(attributes, project, telling);
  const link = {
    traceId: traceIdOf(sessionId, null),
    spanId: sessionSpanId(sessionId),
    attributes: { [GEN_AI.session]: sessionId },
  };
  return {
    traceId: traceIdOf(sessionId, prompt.id),
    spanId: entrySpanId(prompt.id),
    parentSpanId: null,
    name: `${OPERATIONS.agent} ${MAIN_AGENT}`,
    kind: 'internal',
    startMs: prompt.atMs,
    endMs,
    status: 'unset',
    message: null,
    attributes,
    links: [link],
  };
}

/** A request to the Messages API, from the first to the last line that tells of it. */
export function requestSpan({ entry, place }: Placed, telling: Telling): SpanDraft {
  const model = entry.model === undefined ? '' : ` ${modelName(entry.model)}`;
  const attributes = entryAttributes(entry, 'request', telling);
  attributes[GEN_AI.operation] = OPERATIONS.request;
  addUsage(attributes, entry);
  if (entry.model !== undefined) attributes[GEN_AI.responseModel] = modelName(entry.model);
  const { stop_reason: reason, ...data } = entry.data;
  if (typeof reason === 'string') attributes[GEN_AI.finishReasons] = [plainName(reason)];
  addData(attributes, data, telling.hasContent);
  return {
    ...frameOf({ entry, place }),
    name: `${OPERATIONS.request}${model}`,
    kind: 'client',
    status: 'unset',
    message: null,
    attributes,
  };
}

/** A tool call, from its being asked for to its result: the wait for permission is in it. */
export function toolSpan({ entry, place }: Placed, telling: Telling): SpanDraft {
  const { tool_name: tool, tool_success: success } = entry;
  const attributes = entryAttributes(entry, 'tool_call', telling);
  attributes[GEN_AI.operation] = OPERATIONS.tool;
  attributes[GEN_AI.toolType] = 'function';
  addTool(attributes, entry);
  addData(attributes, entry.data, telling.hasContent);
  if (success === false) attributes[GEN_AI.errorType] ??= '_OTHER';
  return {
    ...frameOf({ entry, place }),
    name: tool === undefined ? OPERATIONS.tool : `${OPERATIONS.tool} ${plainName(tool)}`,
    kind: 'internal',
    status: success === false ? 'error' : 'unset',
    message: null,
    attributes,
  };
}

/** What is known of an agent's surroundings. */
export interface AgentPlace {
  readonly sessionId: string;
  readonly promptId: string | null;
  readonly project: string;
}

/** An agent at work, below the call that started it. */
export function agentSpan(
  agent: AgentRun,
  { sessionId, promptId, project }: AgentPlace,
  telling: Telling,
): SpanDraft {
  const { agentId, type, isBackground, callId, startMs, endMs, requests } = agent;
  const attributes: Draft = {
    [OWN.span]: 'subagent',
    [GEN_AI.operation]: OPERATIONS.agent,
    [GEN_AI.provider]: PROVIDER,
    [GEN_AI.agentId]: agentId,
    [GEN_AI.session]: sessionId,
    [GEN_AI.conversation]: sessionId,
    [OWN.background]: isBackground,
    [OWN.requests]: requests,
  };
  if (type !== null) attributes[GEN_AI.agentName] = plainName(type);
  addProject(attributes, project, telling);
  return {
    traceId: traceIdOf(sessionId, promptId),
    spanId: agentSpanId(sessionId, agentId),
    parentSpanId: callId === null ? rootSpanId(sessionId, promptId) : entrySpanId(callId),
    name: type === null ? OPERATIONS.agent : `${OPERATIONS.agent} ${plainName(type)}`,
    kind: 'internal',
    startMs,
    endMs,
    status: 'unset',
    message: null,
    attributes,
    links: [],
  };
}

function entryAttributes(entry: Placed['entry'], span: string, telling: Telling): Draft {
  const attributes: Draft = { [OWN.span]: span, [GEN_AI.provider]: PROVIDER };
  addHead(attributes, entry, telling);
  return attributes;
}

/** Ids and times of an entry's span: what an agent did hangs below the agent, everything else below the prompt. */
function frameOf({
  entry,
  place,
}: Placed): Pick<SpanDraft, 'traceId' | 'spanId' | 'parentSpanId' | 'startMs' | 'endMs' | 'links'> {
  const { id, session_id: sessionId, data } = entry;
  const agentId = data['agent_id'];
  return {
    traceId: traceIdOf(sessionId, place.promptId),
    spanId: entrySpanId(id),
    parentSpanId:
      typeof agentId === 'string'
        ? agentSpanId(sessionId, agentId)
        : rootSpanId(sessionId, place.promptId),
    startMs: place.startMs,
    endMs: place.endMs ?? place.startMs,
    links: [],
  };
}
