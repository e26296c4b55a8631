-- Of tool calls: how many succeeded, lines that edits added and removed, and how many took how long. took_<n>_ms: longer than
-- the bound before it and no longer than this one; bucketed_ms: the time of all calls in these buckets.
ALTER TABLE rollup_tool ADD COLUMN successes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN lines_added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN lines_removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN bucketed_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_10_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_50_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_100_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_250_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_500_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_1000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_2500_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_5000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_10000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_30000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_60000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_300000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_600000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_tool ADD COLUMN took_longer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN successes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN lines_added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN lines_removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN bucketed_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_10_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_50_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_100_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_250_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_500_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_1000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_2500_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_5000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_10000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_30000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_60000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_300000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_600000_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE total_tool ADD COLUMN took_longer INTEGER NOT NULL DEFAULT 0;

-- A call that left the store counts as a success where it neither failed nor was denied: of those that are still here it is
-- known which have not ended. How long a call took that left is known only in sum, and its lines are not, so that the
-- buckets and the lines tell of the calls that are still here.
UPDATE rollup_tool SET successes = calls - failures - denied;
UPDATE rollup_tool AS r SET
  successes = r.successes - here.open, lines_added = here.lines_added, lines_removed = here.lines_removed,
  bucketed_ms = here.bucketed_ms, took_10_ms = here.took_10_ms, took_50_ms = here.took_50_ms,
  took_100_ms = here.took_100_ms, took_250_ms = here.took_250_ms, took_500_ms = here.took_500_ms,
  took_1000_ms = here.took_1000_ms, took_2500_ms = here.took_2500_ms, took_5000_ms = here.took_5000_ms,
  took_10000_ms = here.took_10000_ms, took_30000_ms = here.took_30000_ms, took_60000_ms = here.took_60000_ms,
  took_300000_ms = here.took_300000_ms, took_600000_ms = here.took_600000_ms, took_longer = here.took_longer
FROM (
  SELECT at_ms / 900000 AS slot, session, project,
    coalesce(tool, (SELECT id FROM tool WHERE name = 'unknown')) AS tool, source,
    sum(success IS NULL AND error_class IS NOT 'denied') AS open,
    coalesce(sum(lines_added), 0) AS lines_added, coalesce(sum(lines_removed), 0) AS lines_removed,
    coalesce(sum(duration_ms), 0) AS bucketed_ms,
    coalesce(sum(duration_ms <= 10), 0) AS took_10_ms,
    coalesce(sum(duration_ms > 10 AND duration_ms <= 50), 0) AS took_50_ms,
    coalesce(sum(duration_ms > 50 AND duration_ms <= 100), 0) AS took_100_ms,
    coalesce(sum(duration_ms > 100 AND duration_ms <= 250), 0) AS took_250_ms,
    coalesce(sum(duration_ms > 250 AND duration_ms <= 500), 0) AS took_500_ms,
    coalesce(sum(duration_ms > 500 AND duration_ms <= 1000), 0) AS took_1000_ms,
    coalesce(sum(duration_ms > 1000 AND duration_ms <= 2500), 0) AS took_2500_ms,
    coalesce(sum(duration_ms > 2500 AND duration_ms <= 5000), 0) AS took_5000_ms,
    coalesce(sum(duration_ms > 5000 AND duration_ms <= 10000), 0) AS took_10000_ms,
    coalesce(sum(duration_ms > 10000 AND duration_ms <= 30000), 0) AS took_30000_ms,
    coalesce(sum(duration_ms > 30000 AND duration_ms <= 60000), 0) AS took_60000_ms,
    coalesce(sum(duration_ms > 60000 AND duration_ms <= 300000), 0) AS took_300000_ms,
    coalesce(sum(duration_ms > 300000 AND duration_ms <= 600000), 0) AS took_600000_ms,
    coalesce(sum(duration_ms > 600000), 0) AS took_longer
  FROM tool_call GROUP BY 1, 2, 3, 4, 5) AS here
WHERE (r.slot, r.session, r.project, r.tool, r.source) = (here.slot, here.session, here.project, here.tool, here.source);
UPDATE total_tool AS t SET
  successes = r.successes, lines_added = r.lines_added, lines_removed = r.lines_removed, bucketed_ms = r.bucketed_ms,
  took_10_ms = r.took_10_ms, took_50_ms = r.took_50_ms, took_100_ms = r.took_100_ms, took_250_ms = r.took_250_ms,
  took_500_ms = r.took_500_ms, took_1000_ms = r.took_1000_ms, took_2500_ms = r.took_2500_ms,
  took_5000_ms = r.took_5000_ms, took_10000_ms = r.took_10000_ms, took_30000_ms = r.took_30000_ms,
  took_60000_ms = r.took_60000_ms, took_300000_ms = r.took_300000_ms, took_600000_ms = r.took_600000_ms,
  took_longer = r.took_longer
FROM (
  SELECT project, tool, source,
    sum(successes) AS successes, sum(lines_added) AS lines_added, sum(lines_removed) AS lines_removed,
    sum(bucketed_ms) AS bucketed_ms, sum(took_10_ms) AS took_10_ms, sum(took_50_ms) AS took_50_ms,
    sum(took_100_ms) AS took_100_ms, sum(took_250_ms) AS took_250_ms, sum(took_500_ms) AS took_500_ms,
    sum(took_1000_ms) AS took_1000_ms, sum(took_2500_ms) AS took_2500_ms, sum(took_5000_ms) AS took_5000_ms,
    sum(took_10000_ms) AS took_10000_ms, sum(took_30000_ms) AS took_30000_ms, sum(took_60000_ms) AS took_60000_ms,
    sum(took_300000_ms) AS took_300000_ms, sum(took_600000_ms) AS took_600000_ms, sum(took_longer) AS took_longer
  FROM rollup_tool GROUP BY 1, 2, 3) AS r
WHERE (t.project, t.tool, t.source) = (r.project, r.tool, r.source);

-- What failed requests came to, by HTTP status and name of the error, each from a closed list, over all time.
INSERT INTO tally (name, label, value)
  SELECT 'api_error', status || char(9) || iif(error IN (
      'api_error', 'authentication_error', 'authentication_failed', 'billing_error', 'invalid_request',
      'invalid_request_error', 'max_output_tokens', 'model_not_found', 'not_found_error', 'overloaded_error',
      'permission_error', 'rate_limit', 'rate_limit_error', 'request_too_large', 'server_error',
      'timeout_error', 'unknown'), error, 'other'), sum(occurrences)
  FROM (
    SELECT occurrences, iif(reason GLOB '[1-5][0-9][0-9]' OR reason GLOB '[1-5][0-9][0-9] *', substr(reason, 1, 3), 'other') AS status,
      iif(reason GLOB '[1-5][0-9][0-9] *', substr(reason, 5), reason) AS error
    FROM rollup_occurrence WHERE type = 'api_error')
  GROUP BY 2;
