import { z } from 'zod';
import { nanoFromUsd, usdFromNano } from '../../src/records/money.ts';
import { costByType } from '../../src/rollups/cost-by-type.ts';
import { resolveFilter } from '../../src/rollups/filter.ts';
import type { ReportKind, ReportRow } from '../../src/rollups/report.ts';
import { report } from '../../src/rollups/report.ts';
import { usageFigures } from './answers.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import { blaming } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { jsonRoute } from './route-spec.ts';

const query = z.strictObject({
  from: fields.from,
  to: fields.to,
  session: fields.session,
  project: fields.project,
  model: fields.model,
  timezone: fields.timezone,
  limit: fields
    .limit(100)
    .describe('Most rows of each breakdown; what they leave out is in `rest`.'),
});

const breakdown = z.object({
  rows: z.array(z.looseObject({ cost_usd: z.number() })),
  rest: z.object({ rows: z.int(), cost_usd: z.number() }),
});

const types = z.object({
  input: z.number(),
  output: z.number(),
  cache_read: z.number(),
  cache_creation: z.number(),
  web_search: z.number(),
  total: z.number(),
});

const answer = z.object({
  data: z.array(z.looseObject({ model: z.string(), total_cost_usd: z.number() })),
  next: z.null(),
  total_cost_usd: z.number(),
  totals: usageFigures,
  by_token_type: types,
  by_project: breakdown,
  by_session: breakdown,
  by_day: breakdown,
  by_source: breakdown,
});

/** `GET /api/metrics/costs`: where the money went, from several sides that all add up to the same total. */
export function costsRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  const { db } = deps.reader;
  return jsonRoute({
    path: '/api/metrics/costs',
    aliases: ['/api/costs', '/api/claude-cost-analysis'],
    summary:
      'Cost by model, project, session, day, source and type of token, with totals that add up.',
    query,
    answer,
    respond: ({
      from,
      to,
      session = null,
      project = null,
      model = null,
      timezone = config.timezone,
      limit,
    }) => {
      const range = fields.rangeOf({ from, to }, timezone);
      const names = { session, project, model };
      const filter = blaming('session', () => resolveFilter(db, names));
      const side = (kind: ReportKind): readonly ReportRow[] =>
        report(db, { kind, timezone, ...range, ...names }).rows;
      const models = report(db, { kind: 'model', timezone, ...range, ...names });
      return {
        data: models.rows.map((row) => ({ ...row, total_cost_usd: costOf(row) })),
        next: null,
        timezone,
        since: models.since,
        until: models.until,
        total_cost_usd: costOf(models.totals),
        totals: models.totals,
        by_token_type: costByType(db, { range, filter }),
        by_project: cut(side('project'), limit),
        by_session: cut(side('session'), limit),
        by_day: cut(side('daily'), limit),
        by_source: cut(side('source'), limit),
      };
    },
  });
}

/** The first rows, and what the others come to. */
function cut(
  rows: readonly ReportRow[],
  limit: number,
): { readonly rows: readonly ReportRow[]; readonly rest: object } {
  const left = rows.slice(limit);
  const restNanoUsd = left.reduce((sum, row) => sum + nanoFromUsd(costOf(row)), 0);
  return {
    rows: rows.slice(0, limit),
    rest: { rows: left.length, cost_usd: usdFromNano(restNanoUsd) },
  };
}

function costOf(figures: object): number {
  return 'cost_usd' in figures && typeof figures.cost_usd === 'number' ? figures.cost_usd : 0;
}
