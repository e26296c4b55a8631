/** The tables that hold entries, in the order of the numbers that stand for them in the log. */
export const ENTRY_TABLES = ['request', 'tool_call', 'occurrence'] as const;

/** 0 a request, 1 a tool call, 2 an occurrence. */
export type EntryKind = 0 | 1 | 2;

/** A request with the names its ids stand for. */
export interface NamedRequest {
  readonly id: number;
  readonly key: string;
  readonly request_id: string | null;
  readonly session_id: string;
  readonly project_path: string;
  readonly model: string;
  readonly source: number;
  readonly requester: number;
  readonly agent_id: string | null;
  readonly at_ms: number;
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

/** A tool call with the names its ids stand for. */
export interface NamedToolCall {
  readonly id: number;
  readonly key: string;
  readonly session_id: string;
  readonly project_path: string;
  readonly tool: string | null;
  readonly source: number;
  readonly agent_id: string | null;
  readonly request_key: string | null;
  readonly at_ms: number;
  readonly result_at_ms: number | null;
  readonly success: number | null;
  readonly error_class: string | null;
  readonly duration_ms: number | null;
  readonly duration_source: string | null;
  readonly input_bytes: number | null;
  readonly result_bytes: number | null;
  readonly file_path: string | null;
  readonly command: string | null;
  readonly lines_added: number | null;
  readonly lines_removed: number | null;
  readonly started_agent_id: string | null;
  readonly revision: number;
}

/** An occurrence with the names its ids stand for. */
export interface NamedOccurrence {
  readonly id: number;
  readonly key: string;
  readonly type: string;
  readonly category: string;
  readonly session_id: string;
  readonly project_path: string;
  readonly source: number;
  readonly agent_id: string | null;
  readonly at_ms: number;
  readonly data: string;
  readonly revision: number;
}

const NAMES = 'session.session_id AS session_id, project.path AS project_path';
// CROSS keeps SQLite to this order: otherwise it may walk a small table of names and look up rows for each of them.
const NAME_JOINS =
  'CROSS JOIN session ON session.id = e.session CROSS JOIN project ON project.id = e.project';

const REQUEST_COLUMNS = `e.id, e.key, e.request_id, ${NAMES}, model.name AS model, e.source, e.requester,
  e.agent_id, e.at_ms, e.input_tokens, e.output_tokens, e.cache_read_input_tokens,
  e.cache_creation_5m_input_tokens, e.cache_creation_1h_input_tokens, e.web_search_requests, e.thinking_tokens,
  e.final, e.cost_basis, e.input_nano_usd, e.output_nano_usd, e.cache_read_nano_usd, e.cache_creation_nano_usd,
  e.web_search_nano_usd, e.detail, e.revision`;

const TOOL_CALL_COLUMNS = `e.id, e.key, ${NAMES}, tool.name AS tool, e.source, e.agent_id,
  e.request_key, e.at_ms, e.result_at_ms, e.success, e.error_class, e.duration_ms, e.duration_source, e.input_bytes,
  e.result_bytes, file.path AS file_path, e.command, e.lines_added, e.lines_removed, e.started_agent_id, e.revision`;

const OCCURRENCE_COLUMNS = `e.id, e.key, e.type, e.category, ${NAMES}, e.source, e.agent_id, e.at_ms, e.data, e.revision`;

const COLUMNS = [REQUEST_COLUMNS, TOOL_CALL_COLUMNS, OCCURRENCE_COLUMNS] as const;

const JOINS = [
  `${NAME_JOINS} CROSS JOIN model ON model.id = e.model`,
  `${NAME_JOINS} LEFT JOIN tool ON tool.id = e.tool LEFT JOIN file ON file.id = e.file`,
  NAME_JOINS,
] as const;

/**
 * A query for whole rows of one kind, `e` being the row itself.
 *
 * `from` is a table or subquery `x` whose `ref` is the row's id; `extra` are further columns of it.
 */
export function rowsSql(kind: EntryKind, from: string, extra = ''): string {
  return `SELECT ${extra}${COLUMNS[kind]} FROM ${from} CROSS JOIN ${ENTRY_TABLES[kind]} e ON e.id = x.ref ${JOINS[kind]}`;
}
