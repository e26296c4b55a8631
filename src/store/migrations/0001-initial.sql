-- Names that repeat in many rows are kept once.
CREATE TABLE project (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE tool (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE session (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE) STRICT;

-- Where records come from and how far each was read.
CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  path TEXT NOT NULL,
  first_at_ms INTEGER,
  written_at_ms REAL NOT NULL,
  session INTEGER REFERENCES session (id),
  position TEXT NOT NULL DEFAULT '',
  lines INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  UNIQUE (source, path)
) STRICT;

-- The joined truth. requester: 0 main, 1 subagent, 2 auxiliary. cost_basis: 0 list, 1 reported, 2 estimated, 3 unpriced.
-- key is the message id, or session_id:message_id, or line:<uuid> where there is none. origin and line say which line's usage
-- counts; owner is the origin that the request is counted for.
CREATE TABLE request (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  request_id TEXT,
  session INTEGER NOT NULL REFERENCES session (id),
  project INTEGER NOT NULL REFERENCES project (id),
  model INTEGER NOT NULL REFERENCES model (id),
  owner INTEGER NOT NULL REFERENCES origin (id),
  origin INTEGER NOT NULL REFERENCES origin (id),
  line INTEGER NOT NULL,
  source INTEGER NOT NULL,
  requester INTEGER NOT NULL,
  agent_id TEXT,
  at_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_input_tokens INTEGER NOT NULL,
  cache_creation_5m_input_tokens INTEGER NOT NULL,
  cache_creation_1h_input_tokens INTEGER NOT NULL,
  web_search_requests INTEGER NOT NULL,
  thinking_tokens INTEGER NOT NULL,
  final INTEGER NOT NULL,
  cost_basis INTEGER NOT NULL,
  -- Cost of the main part and of all others by bucket; all 0 where cost_basis says unpriced.
  input_nano_usd INTEGER NOT NULL,
  output_nano_usd INTEGER NOT NULL,
  cache_read_nano_usd INTEGER NOT NULL,
  cache_creation_nano_usd INTEGER NOT NULL,
  web_search_nano_usd INTEGER NOT NULL,
  -- JSON of what few requests have: speed, inference_geo, service_tier, iterations, stop_reason other than tool_use and
  -- end_turn, effort, reported_cost_usd, refused; and the priced parts beside the main one.
  detail TEXT,
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;

-- key is the tool_use_id, or session_id:tool_use_id.
CREATE TABLE tool_call (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  session INTEGER NOT NULL REFERENCES session (id),
  project INTEGER NOT NULL REFERENCES project (id),
  tool INTEGER REFERENCES tool (id),
  owner INTEGER NOT NULL REFERENCES origin (id),
  line INTEGER NOT NULL,
  source INTEGER NOT NULL,
  agent_id TEXT,
  request_key TEXT,
  -- Of the call; of the result while no call was seen, and then tool is null.
  at_ms INTEGER NOT NULL,
  result_at_ms INTEGER,
  success INTEGER,
  error_class TEXT,
  duration_ms INTEGER,
  duration_source TEXT,
  input_bytes INTEGER,
  result_bytes INTEGER,
  file INTEGER REFERENCES file (id),
  command TEXT,
  lines_added INTEGER,
  lines_removed INTEGER,
  started_agent_id TEXT,
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE occurrence (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  session INTEGER NOT NULL REFERENCES session (id),
  project INTEGER NOT NULL REFERENCES project (id),
  owner INTEGER NOT NULL REFERENCES origin (id),
  line INTEGER NOT NULL,
  source INTEGER NOT NULL,
  agent_id TEXT,
  at_ms INTEGER NOT NULL,
  data TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Requests that stand in several origins, and which origins these are; what is counted for another one is a copy.
CREATE TABLE request_copy (
  request INTEGER NOT NULL REFERENCES request (id),
  origin INTEGER NOT NULL REFERENCES origin (id),
  PRIMARY KEY (origin, request)
) STRICT, WITHOUT ROWID;

CREATE TABLE subagent (
  agent_id TEXT PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES session (id),
  agent_type TEXT,
  tool_use_id TEXT,
  parent_agent_id TEXT,
  spawn_depth INTEGER,
  background INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session_fact (
  session INTEGER NOT NULL REFERENCES session (id),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (session, name)
) STRICT, WITHOUT ROWID;

-- When a session was busy, as each of its origins saw it: JSON [start, end, start, end, ...] in unix milliseconds.
CREATE TABLE activity (
  session INTEGER NOT NULL REFERENCES session (id),
  origin INTEGER NOT NULL REFERENCES origin (id),
  stretches_ms TEXT NOT NULL,
  last_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session, origin)
) STRICT, WITHOUT ROWID;

-- The append-only log. kind: 0 request, 1 tool_call, 2 occurrence; ref is the id there.
CREATE TABLE event (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, ref INTEGER NOT NULL, revision INTEGER NOT NULL) STRICT;

-- Sums per quarter of an hour (unix seconds / 900), since a quarter divides every time zone's offset.
CREATE TABLE rollup_request (
  slot INTEGER NOT NULL,
  session INTEGER NOT NULL,
  project INTEGER NOT NULL,
  model INTEGER NOT NULL,
  source INTEGER NOT NULL,
  requester INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_input_tokens INTEGER NOT NULL,
  cache_creation_5m_input_tokens INTEGER NOT NULL,
  cache_creation_1h_input_tokens INTEGER NOT NULL,
  web_search_requests INTEGER NOT NULL,
  input_nano_usd INTEGER NOT NULL,
  output_nano_usd INTEGER NOT NULL,
  cache_read_nano_usd INTEGER NOT NULL,
  cache_creation_nano_usd INTEGER NOT NULL,
  web_search_nano_usd INTEGER NOT NULL,
  estimated_nano_usd INTEGER NOT NULL,
  unpriced_requests INTEGER NOT NULL,
  not_final_requests INTEGER NOT NULL,
  PRIMARY KEY (slot, session, project, model, source, requester)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_tool (
  slot INTEGER NOT NULL,
  session INTEGER NOT NULL,
  project INTEGER NOT NULL,
  tool INTEGER NOT NULL,
  source INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  denied INTEGER NOT NULL,
  timed_calls INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  PRIMARY KEY (slot, session, project, tool, source)
) STRICT, WITHOUT ROWID;

-- The same sums over all time, small enough to be read on every scrape.
CREATE TABLE total_request (
  project INTEGER NOT NULL,
  model INTEGER NOT NULL,
  source INTEGER NOT NULL,
  requester INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_input_tokens INTEGER NOT NULL,
  cache_creation_5m_input_tokens INTEGER NOT NULL,
  cache_creation_1h_input_tokens INTEGER NOT NULL,
  web_search_requests INTEGER NOT NULL,
  input_nano_usd INTEGER NOT NULL,
  output_nano_usd INTEGER NOT NULL,
  cache_read_nano_usd INTEGER NOT NULL,
  cache_creation_nano_usd INTEGER NOT NULL,
  web_search_nano_usd INTEGER NOT NULL,
  estimated_nano_usd INTEGER NOT NULL,
  unpriced_requests INTEGER NOT NULL,
  not_final_requests INTEGER NOT NULL,
  PRIMARY KEY (project, model, source, requester)
) STRICT, WITHOUT ROWID;

CREATE TABLE total_tool (
  project INTEGER NOT NULL,
  tool INTEGER NOT NULL,
  source INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  denied INTEGER NOT NULL,
  timed_calls INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  PRIMARY KEY (project, tool, source)
) STRICT, WITHOUT ROWID;

-- Everything else that is counted: entries by type, rejects by reason, duplicates, occurrences by type and project.
CREATE TABLE tally (
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (name, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  offset_bytes INTEGER NOT NULL,
  length_bytes INTEGER NOT NULL,
  reason TEXT NOT NULL,
  seen_at_ms INTEGER NOT NULL,
  UNIQUE (path, offset_bytes, reason)
) STRICT;
