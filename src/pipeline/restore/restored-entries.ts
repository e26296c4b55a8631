import { nanoFromUsd } from '../../records/money.ts';
import {
  type OccurrenceRow,
  COST_BASES,
  REQUESTERS,
  type RequestRow,
  SOURCES,
  type ToolCallRow,
} from '../../store/rows.ts';
import type { WriteStore } from '../../store/write-store.ts';
import { type ArchiveFields, BadLineError } from './archive-fields.ts';
import type { RestoredOrigins } from './restored-origins.ts';

/** What rows are made of besides the line itself. */
export interface RowParts {
  readonly store: WriteStore;
  readonly origins: RestoredOrigins;
}

/** The row of a request that a line of the archive was made of. */
export const requestRow = (line: ArchiveFields, parts: RowParts): RequestRow => {
  const { store, origins } = parts;
  const [stored, data] = [line.fields('stored'), line.fields('data')];
  const tokens = line.fields('tokens');
  const place = placeOf(line, stored, parts);
  const originPath = stored.textOrNull('origin');
  return {
    key: stored.textOrNull('key') ?? data.text('message_id'),
    requestId: data.textOrNull('request_id'),
    ...place,
    model: store.models.id(line.text('model')),
    origin:
      originPath === null
        ? place.owner
        : origins.id(stored.textOrNull('origin_source') ?? line.text('source'), originPath),
    requester: REQUESTERS.indexOf(data.oneOf('requester', REQUESTERS)),
    endMs: stored.whole('end_ms'),
    inputTokens: tokens.count('input_tokens'),
    outputTokens: tokens.count('output_tokens'),
    cacheReadInputTokens: tokens.count('cache_read_input_tokens'),
    cacheCreation5mInputTokens: tokens.count('cache_creation_5m_input_tokens'),
    cacheCreation1hInputTokens: tokens.count('cache_creation_1h_input_tokens'),
    webSearchRequests: data.count('web_search_requests'),
    thinkingTokens: data.count('thinking_tokens'),
    final: data.flag('final'),
    costBasis: COST_BASES.indexOf(data.oneOf('cost_basis', COST_BASES)),
    ...costOf(line),
    detail: stored.jsonOrNull('detail'),
  };
};

/** The row of a tool call that a line of the archive was made of. */
export const toolCallRow = (line: ArchiveFields, parts: RowParts): ToolCallRow => {
  const { store } = parts;
  const [stored, data] = [line.fields('stored'), line.fields('data')];
  const tool = line.textOrNull('tool_name');
  const file = data.textOrNull('file_path');
  return {
    key: stored.textOrNull('key') ?? data.text('tool_use_id'),
    ...placeOf(line, stored, parts),
    tool: tool === null ? null : store.tools.id(tool),
    requestKey: stored.textOrNull('request_key'),
    resultAtMs: data.momentOrNull('result_at'),
    success: line.flagOrNull('tool_success'),
    errorClass: data.textOrNull('error_class'),
    durationMs: line.wholeOrNull('tool_duration_ms'),
    durationSource: data.textOrNull('duration_source'),
    inputBytes: data.wholeOrNull('input_bytes'),
    resultBytes: data.wholeOrNull('result_bytes'),
    file: file === null ? null : store.files.id(file),
    command: data.textOrNull('command'),
    planPath: stored.textOrNull('plan_path'),
    planEdit: stored.jsonOrNull('plan_edit'),
    promptId: stored.textOrNull('prompt_id'),
    linesAdded: data.wholeOrNull('lines_added'),
    linesRemoved: data.wholeOrNull('lines_removed'),
    startedAgentId: data.textOrNull('started_agent_id'),
    callRank: 'call_rank' in stored.raw ? stored.wholeOrNull('call_rank') : 0,
    resultRank: 'result_rank' in stored.raw ? stored.wholeOrNull('result_rank') : 0,
    seen: stored.wholeOrNull('seen') ?? 1,
    inputDigest: stored.textOrNull('input_digest'),
    permissionKey: stored.textOrNull('permission_key'),
    askedAtMs: stored.wholeOrNull('asked_at_ms'),
    startedAtMs: stored.wholeOrNull('started_at_ms'),
  };
};

/** The row of an occurrence that a line of the archive was made of, and its further keys. */
export const occurrenceRow = (line: ArchiveFields, parts: RowParts): OccurrenceRow => {
  const stored = line.fields('stored');
  const { agent_id: agentId, ...data } = line.fields('data').raw;
  const place = placeOf(line, stored, parts);
  const isPlain = !stored.has('data');
  if (isPlain && agentId !== undefined && typeof agentId !== 'string')
    throw new BadLineError('agent_id of data is not text');
  return {
    key: stored.text('key'),
    type: line.text('event_type'),
    category: line.text('event_category'),
    ...place,
    agentId: isPlain ? ((agentId as string | undefined) ?? null) : stored.textOrNull('agent_id'),
    data: isPlain ? JSON.stringify(data) : stored.json('data'),
    scopes: stored.textOrNull('scopes'),
  };
};

/** What every entry has. */
const placeOf = (line: ArchiveFields, stored: ArchiveFields, { store, origins }: RowParts) => {
  const source = line.oneOf('source', SOURCES);
  const data = line.fields('data');
  return {
    session: store.sessions.id(line.text('session_id')),
    project: store.projects.id(line.text('project_path')),
    owner: origins.id(stored.textOrNull('owner_source') ?? source, stored.text('owner')),
    line: stored.whole('line'),
    source: SOURCES.indexOf(source),
    agentId: typeof data.raw['agent_id'] === 'string' ? data.raw['agent_id'] : null,
    atMs: line.moment('timestamp'),
    revision: line.count('revision'),
  };
};

/** Nothing where there is no price. */
const costOf = (line: ArchiveFields) => {
  const cost = line.has('cost') ? line.fields('cost') : null;
  const nano = (bucket: string): number => {
    const amount = cost === null ? 0 : nanoFromUsd(cost.number(bucket));
    if (!Number.isSafeInteger(amount)) throw new BadLineError(`${bucket} of cost is no amount`);
    return amount;
  };
  return {
    inputNanoUsd: nano('input'),
    outputNanoUsd: nano('output'),
    cacheReadNanoUsd: nano('cache_read'),
    cacheCreationNanoUsd: nano('cache_creation'),
    webSearchNanoUsd: nano('web_search'),
  };
};
