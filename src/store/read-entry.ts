/** Rows of the store in, public entries out. Nothing is worked out here but names and ids. */
import { hash } from 'node:crypto';
import type { EntryCost, EntryTokens, MetricEntry } from '../records/metric-entry.ts';
import type { EventCategory } from '../records/occurrence.ts';
import { usdFromNano } from '../records/money.ts';
import type { EntryKind, NamedOccurrence, NamedRequest, NamedToolCall } from './read-rows.ts';
import { COST_BASES, REQUESTERS, SOURCES } from './rows.ts';

const ID_PREFIXES = ['req', 'tool', 'evt'] as const;
const ID_LENGTH = 22;

/** Tags that every request may have, besides who asked; an unusual one says what to be careful about. */
export const REQUEST_TAGS = {
  estimated: 'estimated_pricing',
  unpriced: 'unpriced',
  notFinal: 'not_final',
} as const;

/** The public id: it depends on what the entry is about and nothing else. */
export function entryId(kind: EntryKind, key: string): string {
  const digest = hash('sha256', `${ID_PREFIXES[kind]}\0${key}`, 'base64url');
  return `${ID_PREFIXES[kind]}_${digest.slice(0, ID_LENGTH)}`;
}

/** The API's own id in a key, which may have its session before it; null where the key is that of a line. */
function apiId(key: string): string | null {
  const colon = key.indexOf(':');
  return key.startsWith('line:') ? null : key.slice(colon + 1);
}

/** A request as an entry. */
export function requestEntry(row: NamedRequest): MetricEntry {
  const cost = costOf(row);
  const tokens = tokensOf(row);
  return {
    ...head(0, row),
    event_type: 'api_response',
    event_category: 'api',
    model: row.model,
    tokens,
    ...(cost !== undefined && { cost }),
    data: {
      message_id: apiId(row.key),
      request_id: row.request_id,
      agent_id: row.agent_id,
      requester: REQUESTERS[row.requester] ?? 'main',
      final: row.final === 1,
      cost_basis: COST_BASES[row.cost_basis] ?? 'unpriced',
      thinking_tokens: row.thinking_tokens,
      web_search_requests: row.web_search_requests,
      context_tokens:
        tokens.input_tokens + tokens.cache_read_input_tokens + tokens.cache_creation_input_tokens,
      ...(row.detail !== null && peculiarities(row.detail)),
    },
    tags: requestTags(row),
  };
}

/** The single values of what few requests have, such as `speed` or `stop_reason`. */
function peculiarities(detail: string): Record<string, unknown> {
  const values = JSON.parse(detail) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => typeof value !== 'object'),
  );
}

function requestTags(row: NamedRequest): readonly string[] {
  return [
    'api',
    'response',
    REQUESTERS[row.requester] ?? 'main',
    ...(COST_BASES[row.cost_basis] === 'estimated' ? [REQUEST_TAGS.estimated] : []),
    ...(COST_BASES[row.cost_basis] === 'unpriced' ? [REQUEST_TAGS.unpriced] : []),
    ...(row.final === 1 ? [] : [REQUEST_TAGS.notFinal]),
  ];
}

function tokensOf(row: NamedRequest): EntryTokens {
  return {
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cache_read_input_tokens: row.cache_read_input_tokens,
    cache_creation_input_tokens:
      row.cache_creation_5m_input_tokens + row.cache_creation_1h_input_tokens,
    cache_creation_5m_input_tokens: row.cache_creation_5m_input_tokens,
    cache_creation_1h_input_tokens: row.cache_creation_1h_input_tokens,
  };
}

/** Absent where the price is not known. */
function costOf(row: NamedRequest): EntryCost | undefined {
  if (COST_BASES[row.cost_basis] === 'unpriced') {
    return undefined;
  }
  const total =
    row.input_nano_usd +
    row.output_nano_usd +
    row.cache_read_nano_usd +
    row.cache_creation_nano_usd +
    row.web_search_nano_usd;
  return {
    input: usdFromNano(row.input_nano_usd),
    output: usdFromNano(row.output_nano_usd),
    cache_read: usdFromNano(row.cache_read_nano_usd),
    cache_creation: usdFromNano(row.cache_creation_nano_usd),
    web_search: usdFromNano(row.web_search_nano_usd),
    total: usdFromNano(total),
  };
}

/** A tool call as an entry. */
export function toolCallEntry(row: NamedToolCall): MetricEntry {
  const isOpen = row.success === null && row.result_at_ms === null;
  const type = isOpen ? 'tool_start' : row.success === 0 ? 'tool_failed' : 'tool_completed';
  return {
    ...head(1, row),
    event_type: type,
    event_category: 'tool',
    ...(row.tool !== null && { tool_name: row.tool }),
    tool_duration_ms: row.duration_ms,
    tool_success: row.success === null ? null : row.success === 1,
    data: known({
      tool_use_id: apiId(row.key),
      agent_id: row.agent_id,
      request_entry_id: row.request_key === null ? null : entryId(0, row.request_key),
      result_at: row.result_at_ms === null ? null : isoTime(row.result_at_ms),
      error_class: row.error_class,
      duration_source: row.duration_source,
      input_bytes: row.input_bytes,
      result_bytes: row.result_bytes,
      file_path: row.file_path,
      command: row.command,
      lines_added: row.lines_added,
      lines_removed: row.lines_removed,
      started_agent_id: row.started_agent_id,
    }),
    tags: toolTags(row, isOpen),
  };
}

function toolTags(row: NamedToolCall, isOpen: boolean): readonly string[] {
  const name = row.tool === null ? [] : [row.tool];
  if (isOpen) {
    return ['tool', 'started', ...name];
  }
  if (row.success !== 0) {
    return ['tool', 'completed', 'success', ...name];
  }
  return ['tool', 'failed', row.error_class === 'denied' ? 'denied' : 'failure', ...name];
}

/** An occurrence as an entry. */
export function occurrenceEntry(row: NamedOccurrence): MetricEntry {
  return {
    ...head(2, row),
    event_type: row.type,
    event_category: row.category as EventCategory,
    data: {
      ...known({ agent_id: row.agent_id }),
      ...(JSON.parse(row.data) as Record<string, unknown>),
    },
    tags: [row.category, row.type],
  };
}

type Head = Pick<
  MetricEntry,
  'id' | 'revision' | 'timestamp' | 'session_id' | 'project_path' | 'source'
>;

function head(kind: EntryKind, row: NamedRequest | NamedToolCall | NamedOccurrence): Head {
  return {
    id: entryId(kind, row.key),
    revision: row.revision,
    timestamp: isoTime(row.at_ms),
    session_id: row.session_id,
    project_path: row.project_path,
    source: SOURCES[row.source] ?? 'custom',
  };
}

function known(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
