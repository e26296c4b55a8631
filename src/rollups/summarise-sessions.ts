import type { Database } from 'better-sqlite3';
import { IDLE_GAP_MS } from '../records/activity.ts';
import { nanoFromUsd, usdFromNano } from '../records/money.ts';
import { activeTime } from './active-time.ts';
import { localKey } from './local-time.ts';
import { sessionCounts, type SessionCounts } from './session-counts.ts';
import type { SessionSpan } from './session-span.ts';
import { sessionState } from './session-state.ts';
import type { SessionSummary } from './session-summary.ts';
import {
  NO_SESSION_USAGE,
  allTokens,
  cacheCreationTokens,
  sessionUsage,
  type SessionUsage,
} from './session-usage.ts';
import type { TimeZone } from './time-zone.ts';
import { unusedProjects } from './unused-projects.ts';

/** With more sessions than this, reading all of each table is faster than looking them up. */
const MANY = 500;

/** How sessions are told: in which zone, as of when, and which gap ends a stretch of work (300 s at least). */
export interface SessionView {
  readonly timezone: string;
  readonly nowMs: number;
  readonly idleGapMs?: number;
}

/** The same with the zone itself. */
export type ZonedView = SessionView & { readonly zone: TimeZone };

/** All that is told of sessions, in the order of their spans; a fixed number of queries for all of them together. */
export function summariseSessions(
  db: Database,
  spans: readonly SessionSpan[],
  view: ZonedView,
): SessionSummary[] {
  const ids = spans.length > MANY ? null : spans.map(({ id }) => id);
  const usage = sessionUsage(db, ids);
  const counts = sessionCounts(db, ids);
  const projectOf = unusedProjects(db);
  return spans.map((span) => {
    const used = usage.get(span.id) ?? { ...NO_SESSION_USAGE, project: projectOf(span.id) };
    return summary(span, { usage: used, counts, view });
  });
}

interface Known {
  readonly usage: SessionUsage;
  readonly counts: SessionCounts;
  readonly view: ZonedView;
}

function summary(span: SessionSpan, { usage, counts, view }: Known): SessionSummary {
  const { id, sessionId, startedMs, lastMs } = span;
  return {
    session_id: sessionId,
    project: usage.project,
    title:
      counts.fact(id, 'custom_title') ??
      counts.fact(id, 'ai_title') ??
      counts.fact(id, 'summary_title'),
    state: sessionState({ lastMs, endedMs: counts.endedMs(id) }, view.nowMs),
    started: iso(startedMs),
    last_activity: iso(lastMs),
    day: localKey(view.zone, 'day', startedMs),
    ...durations(span, counts, view.idleGapMs ?? IDLE_GAP_MS),
    ...used(usage),
    ...clientCost(usage, counts.fact(id, 'cost_state')),
    model: usage.models[0] ?? null,
    models: usage.models,
    ...happened(id, counts),
    user_type: counts.fact(id, 'user_type'),
    version: counts.fact(id, 'version'),
    git_branch: counts.fact(id, 'git_branch'),
    entrypoint: counts.fact(id, 'entrypoint'),
    total_entries: counts.size(id).lines,
    total_size_bytes: counts.size(id).bytes,
  };
}

function durations(
  { id, startedMs, lastMs }: SessionSpan,
  counts: SessionCounts,
  idleGapMs: number,
) {
  const stretches = counts.stretchesMs(id);
  const { activeMs, endedMs } =
    stretches.length === 0
      ? { activeMs: 0, endedMs: lastMs }
      : activeTime(stretches, { startedMs, idleGapMs });
  return {
    ended: iso(endedMs),
    duration_wall_ms: endedMs - startedMs,
    duration_active_ms: activeMs,
    duration_wall_min: minutes(endedMs - startedMs),
    duration_active_min: minutes(activeMs),
  };
}

function used({ sums, messages }: SessionUsage) {
  return {
    input_tokens: sums.input_tokens,
    output_tokens: sums.output_tokens,
    cache_read_tokens: sums.cache_read_input_tokens,
    cache_create_tokens: cacheCreationTokens(sums),
    total_tokens: sums.input_tokens + sums.output_tokens,
    all_tokens: allTokens(sums),
    messages,
    cost_usd: usdFromNano(sums.cost_nano_usd),
    estimated_cost_usd: usdFromNano(sums.estimated_nano_usd),
    unpriced_requests: sums.unpriced_requests,
    not_final_requests: sums.not_final_requests,
  };
}

function clientCost({ sums }: SessionUsage, costState: string | null) {
  const clientUsd = clientCostUsd(costState);
  return {
    client_cost_usd: clientUsd,
    cost_difference_usd:
      clientUsd === null ? null : usdFromNano(sums.cost_nano_usd - nanoFromUsd(clientUsd)),
  };
}

function happened(id: number, counts: SessionCounts) {
  const { calls, failures } = counts.tools(id);
  return {
    prompts: counts.occurrences(id, 'user_prompt'),
    tool_calls: calls,
    tool_failures: failures,
    interrupts: counts.occurrences(id, 'user_interrupt'),
    compactions: counts.occurrences(id, 'compaction'),
    api_errors: counts.occurrences(id, 'api_error'),
    subagents: counts.subagents(id),
    permission_requests: counts.occurrences(id, 'permission_request'),
    permission_wait_ms: counts.permissionWaitMs(id),
    pull_requests: counts.pullRequests(id),
  };
}

function clientCostUsd(costState: string | null): number | null {
  if (costState === null) {
    return null;
  }
  const { totalCostUSD } = JSON.parse(costState) as { totalCostUSD?: unknown };
  return typeof totalCostUSD === 'number' && Number.isFinite(totalCostUSD) ? totalCostUSD : null;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** To one decimal. */
function minutes(ms: number): number {
  return Math.round(ms / 6000) / 10;
}
