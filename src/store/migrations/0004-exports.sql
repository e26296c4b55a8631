-- What this store is called, so that what was made of another one is told apart.
CREATE TABLE store_identity (id TEXT NOT NULL PRIMARY KEY, made_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO store_identity (id, made_at_ms) VALUES (lower(hex(randomblob(8))), CAST(unixepoch('subsec') * 1000 AS INTEGER));

-- How far each exporter that pushes has got in the log, and since when it is there.
CREATE TABLE export_cursor (
  exporter TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a far side refused for good: the entry's id and revision, why, and what was sent.
CREATE TABLE export_dead_letter (
  id INTEGER PRIMARY KEY,
  exporter TEXT NOT NULL,
  seq INTEGER NOT NULL,
  entry_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  reason TEXT NOT NULL,
  body TEXT NOT NULL,
  refused_at_ms INTEGER NOT NULL,
  UNIQUE (exporter, entry_id, revision)
) STRICT;

-- What stands in no entry or plan event is told in the log as a whole: kind 4 a session, 5 a plan, 6 an origin, 8 the
-- collector itself (ref 0). seq is the line that told it last, 0 while there is none; due: it has changed since.
CREATE TABLE document (
  kind INTEGER NOT NULL,
  ref INTEGER NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (kind, ref)
) STRICT, WITHOUT ROWID;
INSERT INTO document (kind, ref) SELECT 4, id FROM session UNION ALL SELECT 5, id FROM plan UNION ALL SELECT 6, id FROM origin;
INSERT INTO document (kind, ref) SELECT 8, 0 WHERE EXISTS (SELECT 1 FROM origin);
CREATE INDEX document_due ON document (kind, ref) WHERE due = 1;
CREATE INDEX subagent_session ON subagent (session);
-- Lines of kind 7 tell of a copy, and no later one supersedes them: ref is the request, revision the origin.
INSERT INTO event (kind, ref, revision) SELECT 7, request, origin FROM request_copy;

-- Paths that an origin had before it was renamed: a JSON list, oldest first.
ALTER TABLE origin ADD COLUMN former_paths TEXT;

-- Keys of rows that left the store, so that nothing is counted twice: 64 bits of the sha256 of kind and key.
CREATE TABLE key_ledger (digest INTEGER PRIMARY KEY) STRICT;
CREATE INDEX occurrence_alias_ref ON occurrence_alias (ref);
CREATE INDEX plan_event_tool_call ON plan_event (tool_call_key) WHERE tool_call_key IS NOT NULL;
CREATE INDEX plan_event_session ON plan_event (session) WHERE session IS NOT NULL;

-- How far the store has been looked through for rows that may leave it. since_ms: from when on everything is still there.
-- seq: the last line of the log looked at. held: rows found that only stay because an exporter has not sent them.
-- to_drop: how many of these, the oldest, are more than may stay. believed_ms and doubted_ms: the clock, see SteadyClock.
CREATE TABLE hot_window (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  since_ms INTEGER,
  seq INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  to_drop INTEGER NOT NULL DEFAULT 0,
  believed_ms INTEGER,
  doubted_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO hot_window (id) VALUES (1);

-- Tool calls by tool, first word of a shell command ('' elsewhere) and class of failure ('' where there was none), and what
-- else happened by quarter of an hour, type and, for API errors, what the API said. Both outlive the rows.
CREATE TABLE total_call (
  tool INTEGER NOT NULL,
  command TEXT NOT NULL,
  error_class TEXT NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (tool, command, error_class)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO tool (name) SELECT 'unknown' WHERE EXISTS (SELECT 1 FROM tool_call WHERE tool IS NULL);
INSERT INTO total_call
  SELECT coalesce(tool, (SELECT id FROM tool WHERE name = 'unknown')), coalesce(command, ''),
    CASE WHEN error_class = 'denied' THEN 'denied' WHEN success = 0 THEN coalesce(error_class, 'other') ELSE '' END, count(*)
  FROM tool_call GROUP BY 1, 2, 3;
CREATE TABLE rollup_occurrence (
  slot INTEGER NOT NULL,
  type TEXT NOT NULL,
  reason TEXT NOT NULL,
  occurrences INTEGER NOT NULL,
  PRIMARY KEY (slot, type, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO rollup_occurrence
  SELECT at_ms / 900000, type,
    iif(type = 'api_error', trim(coalesce(data ->> 'status', '') || ' ' ||
      iif(data ->> 'error' NOT GLOB '*[^a-z_]*', data ->> 'error', '')), ''), count(*)
  FROM occurrence GROUP BY 1, 2, 3;

-- What rows that left the store said of their session and no sum keeps. kind occurrence: how often a type (name) of thing
-- happened, amount being the milliseconds waited; agent, agent_call: requests with their nano-USD, and tool calls, of an
-- agent (name); origin: requests with their nano-USD that count for an origin (name is its id).
CREATE TABLE gone_count (
  session INTEGER NOT NULL REFERENCES session (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  n INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (session, kind, name)
) STRICT, WITHOUT ROWID;
-- When the first and the last of them happened; first_told_ms: the first that not hooks alone told of.
CREATE TABLE gone_span (
  session INTEGER PRIMARY KEY REFERENCES session (id),
  first_at_ms INTEGER NOT NULL,
  first_told_ms INTEGER,
  last_at_ms INTEGER NOT NULL
) STRICT;
