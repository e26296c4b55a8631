import type { Database } from 'better-sqlite3';
import { filterSql, type IdFilter } from './filter.ts';
import { splitRange, type TimeRange } from './time-slots.ts';

/** How often tools were called, how it went and how long it took. */
export interface ToolFigures {
  readonly calls: number;
  /** Calls that ran and did not succeed. */
  readonly failures: number;
  /** Calls that were refused, so that they did not run. */
  readonly denied: number;
  /** Calls whose duration is known; the mean is over these. */
  readonly timed_calls: number;
  readonly duration_ms_total: number;
  readonly duration_ms_mean: number | null;
}

interface ToolSums {
  readonly calls: number;
  readonly failures: number;
  readonly denied: number;
  readonly timed_calls: number;
  readonly duration_ms: number;
}

type GroupedSums = ToolSums & { readonly tool: number };

const NO_CALLS: ToolSums = { calls: 0, failures: 0, denied: 0, timed_calls: 0, duration_ms: 0 };

/** Figures of each tool, the most called first. */
export function toolTable(
  db: Database,
  {
    range,
    filter,
  }: { readonly range: TimeRange; readonly filter: Pick<IdFilter, 'projects' | 'sessions'> },
): {
  readonly rows: readonly ({ readonly tool: string } & ToolFigures)[];
  readonly totals: ToolFigures;
} {
  const { fromSlot, toSlot, edges } = splitRange(range);
  const where = filterSql({ projects: filter.projects, sessions: filter.sessions });
  const parts = [
    ...wholeSlots(db, { where, fromSlot, toSlot, isTotal: filter.sessions === null }),
    ...edges.flatMap((edge) => edgeCalls(db, where, edge)),
  ];
  const byTool = new Map<number, ToolSums>();
  for (const part of parts) {
    byTool.set(part.tool, addCalls(byTool.get(part.tool) ?? NO_CALLS, part));
  }
  const names = new Map(
    db
      .prepare<[], { id: number; name: string }>('SELECT id, name FROM tool')
      .all()
      .map(({ id, name }) => [id, name]),
  );
  const rows = [...byTool]
    .filter(([, { calls }]) => calls > 0)
    .map(([id, sums]) => ({
      tool: names.get(id) ?? `#${id}`,
      ...toolFigures(sums),
    }));
  rows.sort((a, b) => b.calls - a.calls || (a.tool < b.tool ? -1 : 1));
  return { rows, totals: toolFigures([...byTool.values()].reduce(addCalls, NO_CALLS)) };
}

function wholeSlots(
  db: Database,
  {
    where,
    fromSlot,
    toSlot,
    isTotal,
  }: {
    readonly where: string;
    readonly fromSlot: number | null;
    readonly toSlot: number | null;
    readonly isTotal: boolean;
  },
): GroupedSums[] {
  const from = fromSlot === null ? '' : ` AND slot >= ${fromSlot}`;
  const to = toSlot === null ? '' : ` AND slot < ${toSlot}`;
  return db
    .prepare<[], GroupedSums>(
      `SELECT tool, sum(calls) AS calls, sum(failures) AS failures, sum(denied) AS denied,
         sum(timed_calls) AS timed_calls, sum(duration_ms) AS duration_ms
       FROM ${isTotal && from + to === '' ? 'total_tool' : 'rollup_tool'} WHERE TRUE${from}${to}${where} GROUP BY tool`,
    )
    .all();
}

function edgeCalls(
  db: Database,
  where: string,
  edge: { fromMs: number; toMs: number },
): GroupedSums[] {
  return db
    .prepare<[number, number], GroupedSums>(
      `SELECT coalesce(tool, (SELECT id FROM tool WHERE name = 'unknown')) AS tool,
         count(*) AS calls,
         sum(success IS 0 AND error_class IS NOT 'denied') AS failures,
         sum(error_class IS 'denied') AS denied,
         count(duration_ms) AS timed_calls,
         coalesce(sum(duration_ms), 0) AS duration_ms
       FROM tool_call WHERE at_ms >= ? AND at_ms < ?${where} GROUP BY 1`,
    )
    .all(edge.fromMs, edge.toMs);
}

function addCalls(a: ToolSums, b: ToolSums): ToolSums {
  return {
    calls: a.calls + b.calls,
    failures: a.failures + b.failures,
    denied: a.denied + b.denied,
    timed_calls: a.timed_calls + b.timed_calls,
    duration_ms: a.duration_ms + b.duration_ms,
  };
}

function toolFigures({ duration_ms, ...counts }: ToolSums): ToolFigures {
  const { calls, failures, denied, timed_calls } = counts;
  const mean = timed_calls === 0 ? null : duration_ms / timed_calls;
  return {
    calls,
    failures,
    denied,
    timed_calls,
    duration_ms_total: duration_ms,
    duration_ms_mean: mean,
  };
}
