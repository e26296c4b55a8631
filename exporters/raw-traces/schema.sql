-- A transcript, told by what it is and not by its name. One that was written anew goes on as another generation of the
-- same lineage; what an earlier generation holds is not kept again.
CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  lineage INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  path TEXT NOT NULL,
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  modified_ms INTEGER NOT NULL,
  -- Byte after the last line that was kept.
  offset_bytes INTEGER NOT NULL,
  -- Digest of the first head_bytes bytes, and of the last up to 4,096 before offset_bytes.
  head_bytes INTEGER NOT NULL,
  head_digest BLOB NOT NULL,
  anchor_digest BLOB NOT NULL
) STRICT;
CREATE INDEX file_path ON file (path);
CREATE INDEX file_inode ON file (inode);
CREATE INDEX file_lineage ON file (lineage);

-- Which sessions the lines of a file belong to.
CREATE TABLE file_session (
  session TEXT NOT NULL,
  file INTEGER NOT NULL,
  PRIMARY KEY (session, file)
) STRICT, WITHOUT ROWID;

-- Lines of a file in order, one after the other: those whose position is from from_byte up to, not including, to_byte.
CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  from_byte INTEGER NOT NULL,
  to_byte INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  text_bytes INTEGER NOT NULL,
  -- Whether it was packed as well as can be; others are packed again with what follows them.
  is_settled INTEGER NOT NULL,
  first_at_ms INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (file, from_byte)
) STRICT;
CREATE INDEX block_last_at ON block (last_at_ms);
CREATE INDEX block_unsettled ON block (file) WHERE is_settled = 0;

-- What most lines of a session have in common.
CREATE TABLE place (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  session TEXT,
  agent_id TEXT,
  workspace_hash TEXT,
  project_name TEXT,
  user_type TEXT,
  cwd TEXT,
  version TEXT,
  git_branch TEXT
) STRICT;

-- What lines of one sort have in common.
CREATE TABLE kind (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  event_type TEXT NOT NULL,
  message_role TEXT,
  message_model TEXT,
  message_type TEXT,
  stop_reason TEXT,
  stop_sequence TEXT,
  service_tier TEXT,
  operation TEXT,
  subtype TEXT,
  level TEXT,
  is_meta INTEGER,
  is_sidechain INTEGER
) STRICT;

-- What the lines of one response have in common; their output tokens grow from line to line.
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  message_id TEXT,
  request_id TEXT,
  input_tokens INTEGER,
  cache_creation_input_tokens INTEGER,
  cache_read_input_tokens INTEGER,
  cache_5m_tokens INTEGER,
  cache_1h_tokens INTEGER
) STRICT;

-- A line; position is the byte of the transcript it begins at. A uuid is 16 bytes, or text where it is none; parent is the
-- same, or the position of the line of this file that has it.
CREATE TABLE line (
  file INTEGER NOT NULL,
  position INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  at_ms INTEGER,
  place INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  message INTEGER,
  output_tokens INTEGER,
  duration_ms INTEGER,
  tool_calls_count INTEGER,
  parent ANY,
  uuid ANY,
  PRIMARY KEY (file, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE summary (
  file INTEGER NOT NULL,
  position INTEGER NOT NULL,
  summary TEXT,
  leaf_uuid TEXT,
  PRIMARY KEY (file, position)
) STRICT, WITHOUT ROWID;

-- When lines were kept: those from first_sequence on, up to the next batch.
CREATE TABLE batch (
  first_sequence INTEGER PRIMARY KEY,
  next_sequence INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;

CREATE VIEW raw_traces AS
SELECT
  l.sequence,
  (
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', b.at_ms / 1000.0, 'unixepoch')
    FROM batch b WHERE b.first_sequence <= l.sequence ORDER BY b.first_sequence DESC LIMIT 1
  ) AS ingested_at,
  l.file || ':' || l.position AS event_id,
  p.session AS external_id,
  k.event_type,
  'claude_code' AS platform,
  strftime('%Y-%m-%dT%H:%M:%fZ', l.at_ms / 1000.0, 'unixepoch') AS timestamp,
  CASE typeof(l.uuid) WHEN 'blob' THEN
    lower(substr(hex(l.uuid), 1, 8) || '-' || substr(hex(l.uuid), 9, 4) || '-' || substr(hex(l.uuid), 13, 4) || '-'
      || substr(hex(l.uuid), 17, 4) || '-' || substr(hex(l.uuid), 21))
    ELSE l.uuid END AS uuid,
  CASE typeof(coalesce(a.uuid, l.parent)) WHEN 'blob' THEN
    lower(substr(hex(coalesce(a.uuid, l.parent)), 1, 8) || '-' || substr(hex(coalesce(a.uuid, l.parent)), 9, 4) || '-'
      || substr(hex(coalesce(a.uuid, l.parent)), 13, 4) || '-' || substr(hex(coalesce(a.uuid, l.parent)), 17, 4) || '-'
      || substr(hex(coalesce(a.uuid, l.parent)), 21))
    ELSE l.parent END AS parent_uuid,
  m.request_id,
  p.agent_id,
  p.workspace_hash,
  p.project_name,
  k.is_sidechain,
  p.user_type,
  p.cwd,
  p.version,
  p.git_branch,
  k.message_role,
  k.message_model,
  m.message_id,
  k.message_type,
  k.stop_reason,
  k.stop_sequence,
  m.input_tokens,
  m.cache_creation_input_tokens,
  m.cache_read_input_tokens,
  l.output_tokens,
  k.service_tier,
  m.cache_5m_tokens,
  m.cache_1h_tokens,
  k.operation,
  k.subtype,
  k.level,
  k.is_meta,
  s.summary,
  s.leaf_uuid,
  l.duration_ms,
  m.input_tokens + l.output_tokens AS tokens_used,
  l.tool_calls_count,
  date(l.at_ms / 1000.0, 'unixepoch') AS event_date,
  CAST(strftime('%H', l.at_ms / 1000.0, 'unixepoch') AS INTEGER) AS event_hour,
  f.path AS file_path,
  l.position AS file_position
FROM line l
JOIN file f ON f.id = l.file
JOIN place p ON p.id = l.place
JOIN kind k ON k.id = l.kind
LEFT JOIN message m ON m.id = l.message
LEFT JOIN summary s ON s.file = l.file AND s.position = l.position
LEFT JOIN line a ON typeof(l.parent) = 'integer' AND a.file = l.file AND a.position = l.parent;
