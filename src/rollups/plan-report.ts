import type { Database } from 'better-sqlite3';
import { PRICED_SUMS_SQL, pricedPartsSql } from '../store/priced-parts.ts';
import { filterSql } from './filter.ts';
import { projectLabels } from './metric-series.ts';
import type { UsageSums } from './usage-figures.ts';
import type { UsageScope } from './usage-sums.ts';
import { byName, usageTable, type UsageTable } from './usage-table.ts';

/** What each plan used, dearest first; a plan that shares its name with another is told with its project. */
export function planTable(db: Database, { range, filter }: UsageScope): UsageTable<'plan'> {
  const { projects, sessions, models } = filter;
  const since = range.sinceMs === null ? '' : ` AND at_ms >= ${range.sinceMs}`;
  const until = range.untilMs === null ? '' : ` AND at_ms < ${range.untilMs}`;
  const rows = db
    .prepare<[], UsageSums & { readonly plan: number }>(
      `WITH chosen AS (
         SELECT request.*, plan FROM plan_request JOIN request ON request.id = request
         WHERE TRUE${since}${until}${filterSql({ projects, sessions })}
       )
       SELECT plan, ${PRICED_SUMS_SQL} FROM (${pricedPartsSql('plan')})
       WHERE TRUE${filterSql({ models })} GROUP BY plan`,
    )
    .all();
  const names = planNames(db);
  const named = rows.map(({ plan, ...sums }): [string, UsageSums] => [
    names.get(plan) ?? `#${plan}`,
    sums,
  ]);
  return usageTable(
    'plan',
    named.sort((a, b) => b[1].cost_nano_usd - a[1].cost_nano_usd || byName(a, b)),
  );
}

interface PlanName {
  readonly id: number;
  readonly name: string;
  readonly path: string;
}

function planNames(db: Database): ReadonlyMap<number, string> {
  const plans = db
    .prepare<[], PlanName>('SELECT id, name, repository AS path FROM plan ORDER BY id')
    .all();
  const names = [...Map.groupBy(plans, ({ name }) => name).values()].flatMap((namesakes) => {
    const projects = projectLabels(namesakes);
    const isOne = namesakes.length === 1;
    return namesakes.map(({ id, name }): [number, string] => [
      id,
      isOne ? name : `${name} (${projects.get(id)})`,
    ]);
  });
  return new Map(names);
}
