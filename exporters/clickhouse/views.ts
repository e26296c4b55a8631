/** Name of a table, with its database. */
type InDatabase = (table: string) => string;

/** One row for each thing that was told, as it was told last; whatever is set elsewhere, across months too. */
const NEWEST = 'SETTINGS do_not_merge_across_partitions_select_final = 0';

/**
 * What each session did and cost on each day in UTC, by project and host. Only requests cost and count tokens, only calls
 * count as tools, so that the parts are added up and none is joined to another.
 */
const dailySessionSummary = (table: InDatabase): string => `SELECT
  date, session_id, project_directory,
  sum(messages) AS message_count,
  sum(input) AS total_input_tokens,
  sum(output) AS total_output_tokens,
  sum(nano_usd) / 1e9 AS total_cost,
  sum(calls) AS tool_usage_count,
  uniqExactIf(file_key, file_key != '') AS unique_files_accessed,
  host, user,
  sum(requests) AS request_count,
  sum(nano_usd) AS total_cost_nano_usd,
  sum(cache_read) AS total_cache_read_input_tokens,
  sum(cache_5m) AS total_cache_creation_5m_input_tokens,
  sum(cache_1h) AS total_cache_creation_1h_input_tokens,
  sum(searches) AS total_web_search_requests,
  sum(unpriced) AS unpriced_requests,
  sum(not_final) AS not_final_requests
FROM
(
  SELECT toDate(timestamp, 'UTC') AS date, session_id, project_directory, host, user, '' AS file_key,
    1 AS messages, type = 'assistant' AS requests, 0 AS calls,
    input_tokens AS input, output_tokens AS output, cache_read_input_tokens AS cache_read,
    cache_creation_5m_input_tokens AS cache_5m, cache_creation_1h_input_tokens AS cache_1h,
    web_search_requests AS searches, cost_nano_usd AS nano_usd,
    cost_basis = 'unpriced' AS unpriced, NOT is_final AS not_final
  FROM ${table('claude_messages')} FINAL
  UNION ALL
  SELECT toDate(timestamp, 'UTC'), session_id, project_directory, host, user, '',
    0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
  FROM ${table('claude_tool_usage')} FINAL
  WHERE operation_type = 'use'
  UNION ALL
  SELECT toDate(timestamp, 'UTC'), session_id, project_directory, host, user, file_key,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  FROM ${table('claude_file_access')} FINAL
)
GROUP BY date, session_id, project_directory, host, user
${NEWEST}`;

/** Each message once, also where the collectors of two hosts have read the same transcripts: the telling that knows most. */
const messagesOnce = (table: InDatabase): string => `SELECT *
FROM ${table('claude_messages')} FINAL
ORDER BY uuid, is_final DESC, output_tokens DESC, collector
LIMIT 1 BY uuid
${NEWEST}`;

/** Every view, by its name. */
export const VIEWS: Readonly<Record<string, (table: InDatabase) => string>> = {
  daily_session_summary: dailySessionSummary,
  claude_messages_once: messagesOnce,
};
