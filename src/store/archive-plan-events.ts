import type { Database } from 'better-sqlite3';
import type { ArchiveLine } from '../records/archive-line.ts';
import type { ArchivedPlanEvent } from '../records/archived-state.ts';
import { LINES_SQL, type LinesText } from './archive-entries.ts';
import { type NamedPlanEvent, planEvent, planEventsSql } from './read-plan-event.ts';

type LoggedPlanEvent = NamedPlanEvent & {
  readonly seq: number;
  readonly loggedRevision: number;
  readonly file_at_ms: number;
  readonly feature_name: string | null;
  readonly attempt_activation: number | null;
  readonly attempt_feature: string | null;
  readonly attempt_number: number | null;
};

const EXTRA = `x.seq, x.loggedRevision, e.file_at_ms, (SELECT name FROM plan_feature WHERE id = e.feature) AS feature_name,
  (SELECT activation FROM plan_attempt WHERE id = e.attempt) AS attempt_activation,
  (SELECT number FROM plan_attempt WHERE id = e.attempt) AS attempt_number,
  (SELECT f.name FROM plan_attempt a JOIN plan_feature f ON f.id = a.feature WHERE a.id = e.attempt) AS attempt_feature, `;

/** Reads lines of the log that tell of plan events, as lines of the archive; superseded ones are left out. */
export const createArchivedPlanEvents = (
  db: Database,
): ((lines: LinesText) => readonly ArchiveLine[]) => {
  const page = db.prepare<[LinesText], LoggedPlanEvent>(planEventsSql(`${LINES_SQL} x`, EXTRA));
  return (lines) =>
    page.all(lines).flatMap((row) => (row.revision === row.loggedRevision ? [lineOf(row)] : []));
};

const lineOf = (row: LoggedPlanEvent): ArchiveLine => {
  const event = planEvent(row);
  const { seq, at_ms: atMs } = row;
  const { id, revision } = event;
  const text = JSON.stringify({ ...event, seq, stored: storedOf(row) });
  return { seq, stream: 'plan_events', atMs, id, revision, text };
};

const storedOf = (row: LoggedPlanEvent): ArchivedPlanEvent => ({
  key: row.key,
  plan: row.plan_key,
  data: row.data,
  file_at_ms: row.file_at_ms,
  session: row.session_id,
  ...(row.feature_name !== null && { feature: row.feature_name }),
  ...(row.attempt_feature !== null && {
    attempt: {
      activation: row.attempt_activation!,
      feature: row.attempt_feature,
      number: row.attempt_number!,
    },
  }),
  ...(row.tool_call_key !== null && { tool_call_key: row.tool_call_key }),
});
