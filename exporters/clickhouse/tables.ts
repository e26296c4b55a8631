/** The columns of every table. Those that the seed of this exporter names come first, under its names. */

/** Name and type of a column, and what it is where a row does not say. */
export type Column = readonly [name: string, type: string, otherwise?: string];

/** One table: its columns, the key that a row keeps for life, and the time by which it is dropped. */
export interface Table {
  readonly columns: readonly Column[];
  /** Under this key the row with the highest `row_version` counts. Nothing that a later revision may change is part of it. */
  readonly key: readonly string[];
  readonly time: 'timestamp' | 'start_time';
  /** Columns by which rows are often looked for and that are not part of the key. */
  readonly indexes: readonly string[];
}

const NAME = 'LowCardinality(String)';
const TIME = "DateTime64(3, 'UTC')";

/** Whose row it is, and which of several tellings of the same thing it is. */
const TELLING: readonly Column[] = [
  ['host', NAME],
  ['user', NAME],
  ['collector', NAME],
  ['source', NAME],
  ['revision', 'UInt32'],
  ['row_version', 'UInt64'],
  ['inserted_at', TIME, 'now64(3)'],
];

const sessions: Table = {
  columns: [
    ['session_id', 'String'],
    ['project_directory', 'String'],
    ['user_type', NAME],
    ['version', NAME],
    ['git_branch', 'String'],
    ['start_time', TIME],
    ['last_activity', TIME],
    ['total_entries', 'UInt64'],
    ['total_size_bytes', 'UInt64'],
    ['entrypoint', NAME],
    ...TELLING,
  ],
  key: ['collector', 'session_id'],
  time: 'start_time',
  indexes: ['last_activity'],
};

const messages: Table = {
  columns: [
    ['uuid', 'String'],
    ['session_id', 'String'],
    ['parent_uuid', 'String'],
    ['timestamp', TIME],
    ['type', NAME],
    ['role', NAME],
    ['model', NAME],
    ['content_type', NAME],
    ['content_length', 'UInt64'],
    ['content_preview', 'String'],
    ['content_hash', 'String'],
    ['is_sidechain', 'Bool'],
    ['cwd', 'String'],
    ['git_branch', 'String'],
    ['input_tokens', 'UInt64'],
    ['output_tokens', 'UInt64'],
    ['cache_creation_input_tokens', 'UInt64'],
    ['cache_read_input_tokens', 'UInt64'],
    ['cost_estimate', 'Float64'],
    ['contains_code', 'Bool'],
    ['contains_file_paths', 'Bool'],
    ['contains_sensitive_data', 'Bool'],
    ['language_detected', NAME],
    ['project_directory', 'String'],
    ['message_id', 'String'],
    ['request_id', 'String'],
    ['prompt_id', 'String'],
    ['agent_id', 'String'],
    ['requester', NAME],
    ['cache_creation_5m_input_tokens', 'UInt64'],
    ['cache_creation_1h_input_tokens', 'UInt64'],
    ['thinking_tokens', 'UInt64'],
    ['web_search_requests', 'UInt64'],
    ['cost_nano_usd', 'Int64'],
    ['cost_basis', NAME],
    ['is_final', 'Bool', 'true'],
    ...TELLING,
  ],
  key: ['collector', 'uuid'],
  time: 'timestamp',
  indexes: ['timestamp', 'session_id'],
};

const toolUsage: Table = {
  columns: [
    ['tool_use_id', 'String'],
    ['session_id', 'String'],
    ['message_uuid', 'String'],
    ['timestamp', TIME],
    ['tool_name', NAME],
    ['operation_type', NAME],
    ['file_path', 'String'],
    ['command', 'String'],
    ['query', 'String'],
    ['target_directory', 'String'],
    ['success', 'Bool'],
    ['error_message', 'String'],
    ['result_size_bytes', 'UInt64'],
    ['result_type', NAME],
    ['execution_time_ms', 'UInt64'],
    ['accesses_sensitive_files', 'Bool'],
    ['modifies_system_files', 'Bool'],
    ['network_access', 'Bool'],
    ['uuid', 'String'],
    ['project_directory', 'String'],
    ['agent_id', 'String'],
    ['input_size_bytes', 'UInt64'],
    ['outcome', NAME],
    ['error_class', NAME],
    ['duration_source', NAME],
    ...TELLING,
  ],
  key: ['collector', 'uuid', 'operation_type'],
  time: 'timestamp',
  indexes: ['timestamp', 'session_id'],
};

const fileAccess: Table = {
  columns: [
    ['session_id', 'String'],
    ['timestamp', TIME],
    ['file_path', 'String'],
    ['operation', NAME],
    ['file_size_bytes', 'UInt64'],
    ['file_extension', NAME],
    ['is_sensitive_file', 'Bool'],
    ['content_type', NAME],
    ['access_pattern', NAME],
    ['file_key', 'String'],
    ['uuid', 'String'],
    ['tool_use_id', 'String'],
    ['tool_name', NAME],
    ['project_directory', 'String'],
    ['outcome', NAME],
    ['lines_added', 'UInt64'],
    ['lines_removed', 'UInt64'],
    ...TELLING,
  ],
  key: ['collector', 'uuid'],
  time: 'timestamp',
  indexes: ['timestamp', 'session_id'],
};

const contextAnalysis: Table = {
  columns: [
    ['session_id', 'String'],
    ['timestamp', TIME],
    ['context_size_bytes', 'UInt64'],
    ['estimated_tokens', 'UInt64'],
    ['file_count', 'UInt64'],
    ['tool_call_count', 'UInt64'],
    ['unique_files_accessed', 'UInt64'],
    ['context_efficiency_score', 'Float32'],
    ['redundancy_percentage', 'Float32'],
    ['uuid', 'String'],
    ['project_directory', 'String'],
    ['model', NAME],
    ...TELLING,
  ],
  key: ['collector', 'uuid'],
  time: 'timestamp',
  indexes: ['timestamp', 'session_id'],
};

/** Every table that holds rows, by its name. */
export const TABLES = {
  claude_sessions: sessions,
  claude_messages: messages,
  claude_tool_usage: toolUsage,
  claude_file_access: fileAccess,
  claude_context_analysis: contextAnalysis,
} as const satisfies Readonly<Record<string, Table>>;

/** Name of a table that holds rows. */
export type TableName = keyof typeof TABLES;

/** All of them, in the order in which they are written. */
export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];
