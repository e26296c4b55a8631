import { requestKey, toolCallKey } from '../../src/records/identity.ts';
import type { OccurrenceRecord } from '../../src/records/occurrence.ts';
import { planFolderOfCall } from '../../src/records/plan-path.ts';
import { emptyToolCall } from '../../src/records/tool-call.ts';
import type { RequestDraft, ToolCallDraft } from './drafts.ts';
import type { LineContext } from './line-context.ts';
import type { LineFacts } from './read-line.ts';
import { splitCacheCreation } from './read-usage.ts';

/** Model name of answers that the client made itself; they cost nothing and are no requests. */
const SYNTHETIC_MODEL = '<synthetic>';

/** An error that the API answered with, as the client shows it in the transcript. */
export const decodeApiError = (
  line: LineFacts,
  at: LineContext,
  lineId: string,
): OccurrenceRecord => ({
  kind: 'occurrence',
  key: `api_error:${lineId}`,
  type: 'api_error',
  category: 'api',
  sessionId: at.sessionId,
  project: at.project,
  agentId: at.agentId,
  atMs: at.atMs,
  data: JSON.stringify({ error: line.errorCode, status: line.errorStatus }),
  line: at.line,
  offsetBytes: at.offsetBytes,
});

/** Whether an `assistant` line tells of a request that was made and has to be paid. */
export const isBilled = (line: LineFacts): boolean =>
  line.usage.present && line.model !== SYNTHETIC_MODEL && !line.isApiError;

/**
 * Adds an `assistant` line to what is known of its request. Of several lines the whole usage of the one with the
 * highest output count is taken, the last one on ties: input and cache counts repeat, the output count grows.
 */
export const addRequestLine = (
  line: LineFacts,
  at: LineContext,
  lineId: string,
  drafts: Map<string, RequestDraft>,
): RequestDraft => {
  const key = requestKey(line.messageId, at.sessionId, lineId);
  const known = drafts.get(key);
  if (known === undefined) {
    const draft = newDraft(line, at, key);
    drafts.set(key, draft);
    return draft;
  }
  if (at.atMs < known.atMs) known.atMs = at.atMs;
  if (at.atMs > known.endMs) known.endMs = at.atMs;
  known.requestId ??= line.requestId;
  if (!at.isSidechain && at.agentId === null) known.requester = 'main';
  if (line.content.blocks > 0) known.refusedBeforeOutput = false;
  if (line.stopReason !== null) {
    known.final = true;
    known.stopReason = line.stopReason;
  }
  if (line.usage.output >= known.outputTokens) takeUsage(known, line, at);
  return known;
};

const takeUsage = (draft: RequestDraft, line: LineFacts, at: LineContext): void => {
  const { usage } = line;
  const [fiveMin, oneHour] = splitCacheCreation(
    usage.cacheCreation,
    usage.cacheCreation5m,
    usage.cacheCreation1h,
  );
  draft.model = line.model ?? 'unknown';
  draft.inputTokens = usage.input;
  draft.outputTokens = usage.output;
  draft.cacheReadInputTokens = usage.cacheRead;
  draft.cacheCreation5mInputTokens = fiveMin;
  draft.cacheCreation1hInputTokens = oneHour;
  draft.webSearchRequests = usage.webSearches;
  draft.thinkingTokens = usage.thinking;
  draft.speed = usage.speed === 'fast' ? 'fast' : 'standard';
  draft.inferenceGeo = usage.inferenceGeo;
  draft.serviceTier = usage.serviceTier;
  draft.iterations = usage.iterations;
  draft.reportedCostUsd = line.costUsd;
  draft.line = at.line;
  draft.offsetBytes = at.offsetBytes;
};

const newDraft = (line: LineFacts, at: LineContext, key: string): RequestDraft => {
  const draft: RequestDraft = {
    kind: 'api_request',
    key,
    messageId: line.messageId === '' ? null : line.messageId,
    requestId: line.requestId,
    sessionId: at.sessionId,
    project: at.project,
    requester: at.isSidechain || at.agentId !== null ? 'subagent' : 'main',
    agentId: at.agentId,
    model: '',
    atMs: at.atMs,
    endMs: at.atMs,
    stopReason: line.stopReason,
    final: line.stopReason !== null,
    refusedBeforeOutput: line.stopReason === 'refusal' && line.content.blocks === 0,
    reportedCostUsd: null,
    effort: line.effort,
    line: 0,
    offsetBytes: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreation5mInputTokens: 0,
    cacheCreation1hInputTokens: 0,
    webSearchRequests: 0,
    thinkingTokens: 0,
    speed: 'standard',
    inferenceGeo: null,
    serviceTier: null,
    iterations: [],
  };
  takeUsage(draft, line, at);
  return draft;
};

/** Adds the tool calls that an `assistant` line asks for. */
export const addToolUses = (
  line: LineFacts,
  at: LineContext,
  request: string | null,
  drafts: Map<string, ToolCallDraft>,
): void => {
  for (const use of line.content.toolUses) {
    const key = toolCallKey(use.id, at.sessionId);
    let draft = drafts.get(key);
    if (draft === undefined) {
      draft = emptyToolCall(key, use.id, at.sessionId);
      drafts.set(key, draft);
    }
    draft.project = at.project;
    draft.agentId = at.agentId;
    draft.tool = use.name === '' ? 'unknown' : use.name;
    draft.requestKey = request;
    draft.callAtMs = at.atMs;
    draft.inputBytes = use.inputBytes;
    draft.filePath = use.filePath;
    draft.command = use.command;
    draft.planPath = planFolderOfCall(use.filePath ?? use.otherPath, use.planCommand, at.project);
    draft.line = at.line;
    draft.offsetBytes = at.offsetBytes;
  }
};
