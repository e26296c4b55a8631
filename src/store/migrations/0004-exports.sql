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
