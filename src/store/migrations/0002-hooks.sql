-- Who told of the call and of the result of a tool call: 0 a transcript, 1 a hook, 2 nobody, so that it was inferred; null
-- while nothing is known of it. The lower one counts.
ALTER TABLE tool_call ADD COLUMN call_rank INTEGER;
ALTER TABLE tool_call ADD COLUMN result_rank INTEGER;
-- Sources that have told of it: 1 transcripts, 2 hooks.
ALTER TABLE tool_call ADD COLUMN seen INTEGER NOT NULL DEFAULT 1;
-- Digest of the input as hooks give it, by which a permission request finds its call; and that request's key and time.
ALTER TABLE tool_call ADD COLUMN input_digest TEXT;
ALTER TABLE tool_call ADD COLUMN permission_key TEXT;
ALTER TABLE tool_call ADD COLUMN asked_at_ms INTEGER;
-- When the tool began to run, past any wait for permission, as hooks tell.
ALTER TABLE tool_call ADD COLUMN started_at_ms INTEGER;
UPDATE tool_call SET call_rank = 0 WHERE tool IS NOT NULL;
UPDATE tool_call SET result_rank = 0 WHERE result_at_ms IS NOT NULL;

-- Scopes of the hooks that told of it, separated by commas; null where none did.
ALTER TABLE occurrence ADD COLUMN scopes TEXT;

-- Further keys of an occurrence that several sources name differently.
CREATE TABLE occurrence_alias (
  key TEXT PRIMARY KEY,
  ref INTEGER NOT NULL REFERENCES occurrence (id)
) STRICT, WITHOUT ROWID;

-- How often each event was heard from each installation of the hooks, and when last.
CREATE TABLE hook_event (
  event TEXT NOT NULL,
  scope TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  PRIMARY KEY (event, scope)
) STRICT, WITHOUT ROWID;

-- Spooled payloads have a name instead of a place in a file.
CREATE TABLE dead_letter_named (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  line INTEGER NOT NULL,
  offset_bytes INTEGER NOT NULL,
  length_bytes INTEGER NOT NULL,
  reason TEXT NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  UNIQUE (path, name, offset_bytes, reason)
) STRICT;
INSERT INTO dead_letter_named (id, path, line, offset_bytes, length_bytes, reason, seen_at_ms)
  SELECT id, path, line, offset_bytes, length_bytes, reason, seen_at_ms FROM dead_letter;
DROP TABLE dead_letter;
ALTER TABLE dead_letter_named RENAME TO dead_letter;
