/** By how much the metrics grew in each quarter of an hour, oldest first: what the sums over all time are the sums of. */
import type { Database } from 'better-sqlite3';
import { apiErrorKind } from '../records/api-errors.ts';
import { TOOL_SUMS } from '../store/tool-sums.ts';
import { OTHER } from './metric-series.ts';
import type { Add, MetricKey } from './metric-table.ts';
import type { RequestSums } from './metric-totals.ts';
import { addRequestRow, OCCURRENCE_METRICS, REQUEST_SUMS, REQUESTERS } from './metric-totals.ts';
import { MAX_ROWS, namedProjects } from './named-projects.ts';
import { planProjects } from './plan-metrics.ts';
import { sessionChanges } from './session-changes.ts';
import { SLOT_MS } from './time-slots.ts';
import { addToolRow, type ToolSums } from './tool-metrics.ts';

/** Tells what happened in each slot, in order of time. */
type Changes = (db: Database, inSlot: (slot: number) => Add) => void;

const REQUEST_METRICS = [
  'tokens',
  'cost',
  'estimatedCost',
  'requests',
  'unpricedRequests',
  'notFinalRequests',
] as const satisfies readonly MetricKey[];
const TOOL_METRICS = [
  'toolCalls',
  'toolDuration',
  'linesChanged',
] as const satisfies readonly MetricKey[];

/** What is known of the past of each metric that has one. */
export const METRIC_CHANGES: ReadonlyMap<MetricKey, Changes> = new Map<MetricKey, Changes>([
  ...REQUEST_METRICS.map((metric) => [metric, requestChanges] as const),
  ...TOOL_METRICS.map((metric) => [metric, toolChanges] as const),
  ...Object.entries(OCCURRENCE_METRICS).map(
    ([type, metric]) => [metric, occurrenceChanges(type, metric)] as const,
  ),
  ['apiErrorReasons', apiErrorChanges],
  ['planEvents', planEventChanges],
  ['activeTime', sessionChanges],
  ['sessions', sessionChanges],
]);

function requestChanges(db: Database, inSlot: (slot: number) => Add): void {
  const { labels } = namedProjects(db);
  const models = namesOf(db, 'model');
  const isTold = amongFirst(db, 'total_request', ['project', 'model', 'requester']);
  type Row = RequestSums & Record<'slot' | 'project' | 'model' | 'requester', number>;
  const rows = db.prepare<[], Row>(
    `SELECT slot, project, model, requester, ${REQUEST_SUMS.join(', ')} FROM rollup_request ORDER BY slot`,
  );
  for (const row of rows.iterate()) {
    const { project, model, requester } = row;
    const names = isTold([project, model, requester])
      ? {
          model: models.get(model) ?? OTHER,
          project: labels.get(project) ?? OTHER,
          requester: REQUESTERS[requester] ?? OTHER,
        }
      : { model: OTHER, project: OTHER, requester: OTHER };
    addRequestRow(row, names, inSlot(row.slot));
  }
}

function toolChanges(db: Database, inSlot: (slot: number) => Add): void {
  const { labels } = namedProjects(db);
  const tools = namesOf(db, 'tool');
  const isTold = amongFirst(db, 'total_tool', ['project', 'tool']);
  type Row = ToolSums & Record<'slot' | 'project' | 'tool', number>;
  const rows = db.prepare<[], Row>(
    `SELECT slot, project, tool, ${TOOL_SUMS.join(', ')} FROM rollup_tool ORDER BY slot`,
  );
  for (const row of rows.iterate()) {
    const { slot, project, tool } = row;
    const [name, label] = isTold([project, tool])
      ? [tools.get(tool) ?? OTHER, labels.get(project) ?? OTHER]
      : [OTHER, OTHER];
    addToolRow(row, name, label, inSlot(slot));
  }
}

function occurrenceChanges(type: string, metric: MetricKey): Changes {
  return (db, inSlot) => {
    const { labels } = namedProjects(db);
    const rows = db.prepare<[string], { slot: number; project: number; count: number }>(
      `SELECT at_ms / ${SLOT_MS} AS slot, project, count(*) AS count FROM occurrence
       WHERE type = ? GROUP BY 1, 2 ORDER BY 1`,
    );
    for (const { slot, project, count } of rows.iterate(type)) {
      inSlot(slot)(metric, { project: labels.get(project) ?? OTHER }, count);
    }
  };
}

function apiErrorChanges(db: Database, inSlot: (slot: number) => Add): void {
  const rows = db.prepare<[], { slot: number; reason: string; count: number }>(
    `SELECT slot, reason, occurrences AS count FROM rollup_occurrence WHERE type = 'api_error' ORDER BY slot`,
  );
  for (const { slot, reason, count } of rows.iterate()) {
    inSlot(slot)('apiErrorReasons', { ...apiErrorKind(reason) }, count);
  }
}

function planEventChanges(db: Database, inSlot: (slot: number) => Add): void {
  const labelOf = planProjects(db, namedProjects(db).projects);
  const rows = db.prepare<[], { slot: number; type: string; path: string; count: number }>(
    `SELECT at_ms / ${SLOT_MS} AS slot, type, repository AS path, count(*) AS count
     FROM plan_event JOIN plan ON plan.id = plan_event.plan GROUP BY 1, 2, 3 ORDER BY 1`,
  );
  for (const { slot, type, path, count } of rows.iterate()) {
    inSlot(slot)('planEvents', { event_type: type, project: labelOf(path) }, count);
  }
}

function namesOf(db: Database, table: 'model' | 'tool'): ReadonlyMap<number, string> {
  const rows = db.prepare<[], { id: number; name: string }>(`SELECT id, name FROM ${table}`).all();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Whether a combination of ids is one of those that the totals tell apart, which are the first ones. */
function amongFirst(
  db: Database,
  table: 'total_request' | 'total_tool',
  columns: readonly string[],
): (ids: readonly number[]) => boolean {
  const names = columns.join(', ');
  const last = db
    .prepare<[], number[]>(
      `SELECT ${names} FROM ${table} GROUP BY ${names} ORDER BY ${names} LIMIT 1 OFFSET ${MAX_ROWS - 1}`,
    )
    .raw()
    .get();
  return (ids) => {
    if (last === undefined) return true;
    const place = ids.findIndex((id, index) => id !== last[index]);
    return place === -1 || (ids[place] ?? 0) < (last[place] ?? 0);
  };
}
