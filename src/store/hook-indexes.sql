CREATE INDEX IF NOT EXISTS tool_call_open ON tool_call (session) WHERE result_rank IS NULL AND call_rank IS NOT NULL;
CREATE INDEX IF NOT EXISTS occurrence_prompt ON occurrence (session) WHERE type IN ('user_prompt', 'slash_command', 'injected_prompt');
