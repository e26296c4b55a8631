/** Columns that the seed of this exporter names, by table; they are kept, with whatever types hold more. */
export const seedColumns: Readonly<Record<string, readonly string[]>> = {
  claude_sessions:
    'session_id project_directory user_type version git_branch start_time last_activity total_entries total_size_bytes'.split(
      ' ',
    ),
  claude_messages:
    'uuid session_id parent_uuid timestamp type role model content_type content_length content_preview content_hash is_sidechain cwd git_branch input_tokens output_tokens cache_creation_input_tokens cache_read_input_tokens cost_estimate contains_code contains_file_paths contains_sensitive_data language_detected'.split(
      ' ',
    ),
  claude_tool_usage:
    'tool_use_id session_id message_uuid timestamp tool_name operation_type file_path command query target_directory success error_message result_size_bytes result_type execution_time_ms accesses_sensitive_files modifies_system_files network_access'.split(
      ' ',
    ),
  claude_file_access:
    'session_id timestamp file_path operation file_size_bytes file_extension is_sensitive_file content_type access_pattern'.split(
      ' ',
    ),
  claude_context_analysis:
    'session_id timestamp context_size_bytes estimated_tokens file_count tool_call_count unique_files_accessed context_efficiency_score redundancy_percentage'.split(
      ' ',
    ),
  daily_session_summary:
    'date session_id project_directory message_count total_input_tokens total_output_tokens total_cost tool_usage_count unique_files_accessed'.split(
      ' ',
    ),
};
