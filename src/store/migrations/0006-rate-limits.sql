-- What status lines said of the rate limits of a subscription, the newest of each window. used_bp: hundredths of a percent.
-- told_at_ms: since when a session says so. Values of the moment: no archive has them, the next refresh tells them again.
CREATE TABLE rate_limit (
  window TEXT PRIMARY KEY,
  used_bp INTEGER NOT NULL,
  resets_at_ms INTEGER NOT NULL,
  told_at_ms INTEGER NOT NULL,
  session_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
