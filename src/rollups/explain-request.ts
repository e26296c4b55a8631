import type { Database } from 'better-sqlite3';
import { messageIdOf, toolUseIdOf } from '../records/identity.ts';
import { nanoFromUsd, usdFromNano } from '../records/money.ts';
import type { RequestUsage, TokenUsage, UsageIteration } from '../records/usage.ts';
import { COST_BASES, REQUESTERS, SOURCES } from '../store/rows.ts';
import { requestPlan, type RequestPlan } from './request-plan.ts';

/** What a price is worked out from; the pricer's own input fits it. */
export interface PricedRequest {
  readonly model: string;
  readonly messageId: string | null;
  readonly atMs: number;
  readonly usage: RequestUsage;
  readonly refusedBeforeOutput: boolean;
}

/** Says how a request came to its price; the pricing side brings it. */
export type ExplainPrice<P> = (request: PricedRequest) => P;

/** A line of a file that something was read from. */
export interface Place {
  readonly path: string;
  /** From 1 on. */
  readonly line: number;
}

/** Everything that is known of one request. */
export interface RequestExplanation<P> {
  readonly kind: 'request';
  readonly key: string;
  readonly message_id: string | null;
  readonly request_id: string | null;
  readonly session_id: string;
  readonly project: string;
  readonly model: string;
  readonly requester: string;
  readonly agent_id: string | null;
  readonly source: string;
  readonly at: string;
  readonly ended: string;
  /** The line whose usage counts. */
  readonly counted_line: Place;
  /** The file that the request is counted for; another one where several hold it. */
  readonly owner_path: string;
  readonly tokens: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_read_input_tokens: number;
    readonly cache_creation_5m_input_tokens: number;
    readonly cache_creation_1h_input_tokens: number;
    /** Part of the output. */
    readonly thinking_tokens: number;
    readonly web_search_requests: number;
  };
  /** False: no line says why the model stopped, so the output may be a first guess. */
  readonly final: boolean;
  readonly cost_basis: string;
  /** Null where no price is known. */
  readonly cost: {
    readonly input_usd: number;
    readonly output_usd: number;
    readonly cache_read_usd: number;
    readonly cache_creation_usd: number;
    readonly web_search_usd: number;
    readonly total_usd: number;
  } | null;
  /** What the client itself wrote as the cost, and ours less theirs. */
  readonly reported_cost_usd: number | null;
  readonly cost_difference_usd: number | null;
  /** What few requests have: speed, region, steps, parts and the like. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** How often the request changed after it was first recorded. */
  readonly revision: number;
  readonly tool_calls: readonly {
    readonly tool_use_id: string;
    readonly tool: string | null;
    readonly success: boolean | null;
  }[];
  /** The plan that it is counted for; null where there is none. */
  readonly plan: RequestPlan | null;
  readonly price: P;
}

interface RequestRow {
  readonly key: string;
  readonly request_id: string | null;
  readonly session_id: string;
  readonly project: string;
  readonly model: string;
  readonly owner_path: string;
  readonly path: string;
  readonly line: number;
  readonly source: number;
  readonly requester: number;
  readonly agent_id: string | null;
  readonly at_ms: number;
  readonly end_ms: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_5m_input_tokens: number;
  readonly cache_creation_1h_input_tokens: number;
  readonly web_search_requests: number;
  readonly thinking_tokens: number;
  readonly final: number;
  readonly cost_basis: number;
  readonly input_nano_usd: number;
  readonly output_nano_usd: number;
  readonly cache_read_nano_usd: number;
  readonly cache_creation_nano_usd: number;
  readonly web_search_nano_usd: number;
  readonly detail: string | null;
  readonly revision: number;
}

const REQUEST_SQL = `
  SELECT r.*, session.session_id AS session_id, project.path AS project, model.name AS model,
    owner.path AS owner_path, origin.path AS path
  FROM request AS r
  JOIN session ON session.id = r.session JOIN project ON project.id = r.project JOIN model ON model.id = r.model
  JOIN origin AS owner ON owner.id = r.owner JOIN origin ON origin.id = r.origin`;

/**
 * Explains a request by its key, its message id or its request id; undefined when none has it.
 *
 * A message id that the API made is the key; a request id, or an id that a gateway made, is looked for in every
 * request.
 */
export function explainRequest<P>(
  db: Database,
  id: string,
  explainPrice: ExplainPrice<P>,
): RequestExplanation<P> | undefined {
  const row =
    db.prepare<[string], RequestRow>(`${REQUEST_SQL} WHERE r.key = ?`).get(id) ??
    db
      .prepare<{ id: string }, RequestRow>(
        `${REQUEST_SQL} WHERE r.request_id = @id OR substr(r.key, -length(@id) - 1) = ':' || @id ORDER BY r.at_ms LIMIT 1`,
      )
      .get({ id });
  return row === undefined ? undefined : explanation(db, row, explainPrice);
}

function explanation<P>(
  db: Database,
  row: RequestRow,
  explainPrice: ExplainPrice<P>,
): RequestExplanation<P> {
  const detail = (row.detail === null ? {} : JSON.parse(row.detail)) as Record<string, unknown>;
  const basis = COST_BASES[row.cost_basis] ?? 'unpriced';
  const totalNanoUsd = costNanoUsd(row);
  const reported =
    typeof detail['reported_cost_usd'] === 'number' ? detail['reported_cost_usd'] : null;
  const isPriced = basis !== 'unpriced';
  return {
    kind: 'request',
    key: row.key,
    message_id: messageIdOf(row.key),
    request_id: row.request_id,
    session_id: row.session_id,
    project: row.project,
    model: row.model,
    requester: REQUESTERS[row.requester] ?? 'main',
    agent_id: row.agent_id,
    source: SOURCES[row.source] ?? 'custom',
    at: new Date(row.at_ms).toISOString(),
    ended: new Date(row.end_ms).toISOString(),
    counted_line: { path: row.path, line: row.line },
    owner_path: row.owner_path,
    tokens: tokensOf(row),
    final: row.final === 1,
    cost_basis: basis,
    cost: isPriced ? costOf(row, totalNanoUsd) : null,
    reported_cost_usd: reported,
    cost_difference_usd:
      reported === null || !isPriced ? null : usdFromNano(totalNanoUsd - nanoFromUsd(reported)),
    detail,
    revision: row.revision,
    tool_calls: toolCallsOf(db, row),
    plan: requestPlan(db, row.key),
    price: explainPrice(pricedRequest(row, detail)),
  };
}

function costNanoUsd(row: RequestRow): number {
  return (
    row.input_nano_usd +
    row.output_nano_usd +
    row.cache_read_nano_usd +
    row.cache_creation_nano_usd +
    row.web_search_nano_usd
  );
}

function costOf(row: RequestRow, totalNanoUsd: number): RequestExplanation<unknown>['cost'] {
  return {
    input_usd: usdFromNano(row.input_nano_usd),
    output_usd: usdFromNano(row.output_nano_usd),
    cache_read_usd: usdFromNano(row.cache_read_nano_usd),
    cache_creation_usd: usdFromNano(row.cache_creation_nano_usd),
    web_search_usd: usdFromNano(row.web_search_nano_usd),
    total_usd: usdFromNano(totalNanoUsd),
  };
}

function tokensOf(row: RequestRow): RequestExplanation<unknown>['tokens'] {
  const {
    input_tokens,
    output_tokens,
    cache_read_input_tokens,
    thinking_tokens,
    web_search_requests,
  } = row;
  const { cache_creation_5m_input_tokens, cache_creation_1h_input_tokens } = row;
  return {
    input_tokens,
    output_tokens,
    cache_read_input_tokens,
    cache_creation_5m_input_tokens,
    cache_creation_1h_input_tokens,
    thinking_tokens,
    web_search_requests,
  };
}

/** Found through their session: there is no index on what asked for a call. */
function toolCallsOf(
  db: Database,
  { key, session_id }: RequestRow,
): RequestExplanation<unknown>['tool_calls'] {
  return db
    .prepare<[string, string], { key: string; tool: string | null; success: number | null }>(
      `SELECT key, tool.name AS tool, success FROM tool_call LEFT JOIN tool ON tool.id = tool_call.tool
       WHERE session = (SELECT id FROM session WHERE session_id = ?) AND request_key = ? ORDER BY at_ms`,
    )
    .all(session_id, key)
    .map(({ key: callKey, tool, success }) => ({
      tool_use_id: toolUseIdOf(callKey),
      tool,
      success: success === null ? null : success === 1,
    }));
}

function pricedRequest(row: RequestRow, detail: Readonly<Record<string, unknown>>): PricedRequest {
  const text = (name: string): string | null =>
    typeof detail[name] === 'string' ? detail[name] : null;
  const tokens: TokenUsage = {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cacheReadInputTokens: row.cache_read_input_tokens,
    cacheCreation5mInputTokens: row.cache_creation_5m_input_tokens,
    cacheCreation1hInputTokens: row.cache_creation_1h_input_tokens,
    webSearchRequests: row.web_search_requests,
  };
  return {
    model: row.model,
    messageId: messageIdOf(row.key),
    atMs: row.at_ms,
    refusedBeforeOutput: detail['refused'] === true,
    usage: {
      ...tokens,
      thinkingTokens: row.thinking_tokens,
      speed: detail['speed'] === 'fast' ? 'fast' : 'standard',
      inferenceGeo: text('inference_geo'),
      serviceTier: text('service_tier'),
      iterations: (detail['iterations'] as readonly UsageIteration[] | undefined) ?? [],
    },
  };
}
