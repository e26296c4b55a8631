-- Folder of the plan that a call's file lies in or its command names.
ALTER TABLE tool_call ADD COLUMN plan_path TEXT;
-- Features that a call wrote to a manifest: JSON of [id, status] pairs as they then stand there.
ALTER TABLE tool_call ADD COLUMN plan_edit TEXT;
-- Prompt that a call of a plan was made for, where hooks told it.
ALTER TABLE tool_call ADD COLUMN prompt_id TEXT;

-- One plan of one repository, in all its checkouts. key is repository and name. location: active, complete, or gone. A
-- generation is one writing of the plan: a plan that is written anew under an old name begins another. dirty: which
-- request belongs to which feature has to be worked out again.
CREATE TABLE plan (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  repository TEXT NOT NULL,
  path TEXT NOT NULL,
  location TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1,
  activation INTEGER NOT NULL DEFAULT 1,
  first_seen_ms INTEGER NOT NULL,
  dirty INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX plan_name ON plan (name);
CREATE INDEX plan_dirty ON plan (id) WHERE dirty = 1;

-- Each time a plan lay in dev/active. start_basis: plan_created, moved_back, first_seen. orchestrated: 0 not yet, 1
-- since orchestrated_at_ms, which is null where the work began before the plan was first seen.
CREATE TABLE plan_activation (
  plan INTEGER NOT NULL REFERENCES plan (id),
  number INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  start_basis TEXT NOT NULL,
  orchestrated INTEGER NOT NULL DEFAULT 0,
  orchestrated_at_ms INTEGER,
  completed_at_ms INTEGER,
  PRIMARY KEY (plan, number)
) STRICT, WITHOUT ROWID;

-- Features of every generation, in the order of the manifest. name is what a feature keeps: the id it was first seen
-- under, with #2, #3 ... where another one had that id before; feature_id is the one it has now. status is the last one
-- that was known; raw_status what the manifest says instead, where that is no known status. detail: JSON of what else
-- the manifest says.
CREATE TABLE plan_feature (
  id INTEGER PRIMARY KEY,
  plan INTEGER NOT NULL REFERENCES plan (id),
  generation INTEGER NOT NULL,
  name TEXT NOT NULL,
  feature_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  description TEXT,
  prompt_file TEXT,
  detail TEXT NOT NULL,
  status TEXT NOT NULL,
  raw_status TEXT,
  regressions INTEGER NOT NULL DEFAULT 0,
  -- Status from which it went back, until it is worked on again.
  regressed_from TEXT,
  removed_at_ms INTEGER,
  UNIQUE (plan, name)
) STRICT;
CREATE INDEX plan_feature_plan ON plan_feature (plan, generation, position);

-- One attempt at a feature. outcome: null while it goes on, completed, failed, reset (back to pending), removed,
-- unfinished (the plan was completed without it). inferred: the start was not seen, so that started_at_ms is the latest
-- it can have been.
CREATE TABLE plan_attempt (
  id INTEGER PRIMARY KEY,
  plan INTEGER NOT NULL REFERENCES plan (id),
  activation INTEGER NOT NULL,
  feature INTEGER NOT NULL REFERENCES plan_feature (id),
  number INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  inferred INTEGER NOT NULL,
  ended_at_ms INTEGER,
  outcome TEXT
) STRICT;
CREATE INDEX plan_attempt_plan ON plan_attempt (plan, activation);
CREATE INDEX plan_attempt_feature ON plan_attempt (feature);

-- The public plan events; logged with kind 3. file_at_ms is the time the file system tells, at_ms the one that is told.
-- time_source: file, observed (the file's time is of no use), tool_call, transcript, hook. session_source: tool_call,
-- time (the only session at work in the project then), transcript, hook; null where nobody knows.
CREATE TABLE plan_event (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  plan INTEGER NOT NULL REFERENCES plan (id),
  activation INTEGER NOT NULL,
  type TEXT NOT NULL,
  attempt INTEGER REFERENCES plan_attempt (id),
  feature INTEGER REFERENCES plan_feature (id),
  feature_id TEXT,
  feature_description TEXT,
  status TEXT,
  path TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  file_at_ms INTEGER NOT NULL,
  time_source TEXT NOT NULL,
  session INTEGER REFERENCES session (id),
  session_source TEXT,
  prompt_id TEXT,
  agent_id TEXT,
  tool_call_key TEXT,
  pr_url TEXT,
  data TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX plan_event_plan ON plan_event (plan, at_ms);
CREATE INDEX plan_event_at ON plan_event (at_ms);
CREATE INDEX plan_event_url ON plan_event (pr_url) WHERE pr_url IS NOT NULL;
CREATE INDEX plan_event_attempt ON plan_event (attempt) WHERE attempt IS NOT NULL;

-- What one branch of one checkout showed last. location: active, complete, gone. complete_mark: what lay in
-- dev/complete while the plan was active. features: JSON of feature row ids and their status there.
CREATE TABLE plan_checkout (
  plan INTEGER NOT NULL REFERENCES plan (id),
  path TEXT NOT NULL,
  branch TEXT NOT NULL,
  location TEXT NOT NULL,
  last_location TEXT NOT NULL,
  has_plan INTEGER NOT NULL,
  complete_mark TEXT,
  manifest_modified_ms REAL,
  features TEXT NOT NULL,
  folder_id TEXT,
  switched_ms REAL,
  seen_at_ms INTEGER NOT NULL,
  PRIMARY KEY (plan, path, branch)
) STRICT, WITHOUT ROWID;

-- Sessions that worked on an activation, from when to when; to_ms is exclusive and null while it goes on.
CREATE TABLE plan_session (
  plan INTEGER NOT NULL REFERENCES plan (id),
  activation INTEGER NOT NULL,
  session INTEGER NOT NULL REFERENCES session (id),
  from_ms INTEGER NOT NULL,
  to_ms INTEGER,
  PRIMARY KEY (plan, activation, session, from_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_session_session ON plan_session (session);

-- Which attempt a request or a tool call belongs to; attempt 0 is the rest, which belongs to the plan and to no
-- feature.
CREATE TABLE plan_request (
  request INTEGER PRIMARY KEY REFERENCES request (id),
  plan INTEGER NOT NULL,
  activation INTEGER NOT NULL,
  attempt INTEGER NOT NULL
) STRICT;
CREATE INDEX plan_request_plan ON plan_request (plan, activation);
CREATE TABLE plan_tool_call (
  tool_call INTEGER PRIMARY KEY REFERENCES tool_call (id),
  plan INTEGER NOT NULL,
  activation INTEGER NOT NULL,
  attempt INTEGER NOT NULL
) STRICT;
CREATE INDEX plan_tool_call_plan ON plan_tool_call (plan, activation);

-- Sums over them, by attempt; attempt 0 is the rest.
CREATE TABLE plan_usage (
  plan INTEGER NOT NULL REFERENCES plan (id),
  activation INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cache_read_input_tokens INTEGER NOT NULL,
  cache_creation_5m_input_tokens INTEGER NOT NULL,
  cache_creation_1h_input_tokens INTEGER NOT NULL,
  web_search_requests INTEGER NOT NULL,
  cost_nano_usd INTEGER NOT NULL,
  estimated_nano_usd INTEGER NOT NULL,
  unpriced_requests INTEGER NOT NULL,
  not_final_requests INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL,
  tool_failures INTEGER NOT NULL,
  active_ms INTEGER NOT NULL,
  PRIMARY KEY (plan, activation, attempt)
) STRICT, WITHOUT ROWID;

-- How long attempts took whose start was seen, by outcome and bucket: le_ms is the inclusive bound, 0 for what is above
-- all of them, -1 for the sum of milliseconds.
CREATE TABLE plan_duration (
  plan INTEGER NOT NULL REFERENCES plan (id),
  outcome TEXT NOT NULL,
  le_ms INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (plan, outcome, le_ms)
) STRICT, WITHOUT ROWID;
