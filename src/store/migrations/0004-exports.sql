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
