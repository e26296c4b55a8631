/** Holds what Hall Monitor says against what is true of a corpus, and lists where the two differ. */
import { addUsage, type CorpusAnswer, type CorpusTool, type CorpusUsage } from './corpus-tally.ts';
import { commandJson, type Place } from './running-command.ts';
import type { RunningCollector } from './running-server.ts';

type Row = Readonly<Record<string, string | number | null>>;

interface ReportAnswer {
  readonly rows: readonly Row[];
  readonly totals: Row;
}

interface SessionRow {
  readonly session_id: string;
  readonly messages: number;
  readonly prompts: number;
  readonly subagents: number;
  readonly api_errors: number;
  readonly tool_calls: number;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

const NANO = 1_000_000_000;

/** Differences in what the command line says: every report, the sessions, and the counts of an import. */
export async function commandLineDifferences(
  answer: CorpusAnswer,
  place: Place,
): Promise<string[]> {
  const report = (kind: string): Promise<ReportAnswer> =>
    commandJson(place, 'report', kind, '--no-sync', '--timezone', 'UTC');
  const [hourly, daily, weekly, monthly] = await Promise.all([
    report('hourly'),
    report('daily'),
    report('weekly'),
    report('monthly'),
  ]);
  const [project, model, session, tool] = await Promise.all([
    report('project'),
    report('model'),
    report('session'),
    report('tool'),
  ]);
  const { sessions } = await commandJson<{ sessions: readonly SessionRow[] }>(
    place,
    'sessions',
    '--no-sync',
    '--timezone',
    'UTC',
  );
  return [
    ...usageRows('report hourly', answer.by_hour_utc, keyed(hourly.rows, 'hour')),
    ...usageRows('report daily', answer.by_day_utc, keyed(daily.rows, 'day')),
    ...usageRows('report weekly', grouped(answer, weekOf), keyed(weekly.rows, 'week')),
    ...usageRows(
      'report monthly',
      grouped(answer, (day) => day.slice(0, 7)),
      keyed(monthly.rows, 'month'),
    ),
    ...usageRows('report project', answer.by_project, keyed(project.rows, 'project')),
    ...usageRows('report model', answer.by_model, keyed(model.rows, 'model')),
    ...usageRows('report session', answer.by_session, keyed(session.rows, 'session_id')),
    ...toolRows('report tool', answer.tools, keyed(tool.rows, 'tool')),
    ...[hourly, daily, project, model, session].flatMap(({ totals }) =>
      usage('totals', answer.totals, totals),
    ),
    ...sessionRows('sessions', answer, sessions),
  ];
}

/** Differences in what the REST interface says. */
export async function restDifferences(
  answer: CorpusAnswer,
  server: RunningCollector,
): Promise<string[]> {
  const aggregations = (query: string): Promise<readonly Row[]> =>
    pages<Row>(server, `/api/metrics/aggregations?timezone=UTC&limit=1000&${query}`);
  const costs = await server.json<{ data: readonly Row[]; totals: Row }>(
    '/api/metrics/costs?timezone=UTC&limit=1000',
  );
  const tools = await server.json<{ data: readonly Row[] }>('/api/tools');
  const events = keyed(await aggregations('period=month&group_by=event_type'), 'group', 'count');
  const sessions = await pages<SessionRow>(server, '/api/sessions?limit=1000');
  return [
    ...usageRows(
      'aggregations by hour',
      answer.by_hour_utc,
      keyed(await aggregations('period=hour'), 'hour'),
    ),
    ...usageRows(
      'aggregations by day',
      answer.by_day_utc,
      keyed(await aggregations('period=day'), 'day'),
    ),
    ...usageRows('costs by model', answer.by_model, keyed(costs.data, 'model')),
    ...usage('costs', answer.totals, costs.totals),
    ...groupRows(
      'aggregations by project',
      answer.by_project,
      await aggregations('period=day&group_by=project'),
    ),
    ...groupRows(
      'aggregations by session',
      answer.by_session,
      await aggregations('period=day&group_by=session'),
    ),
    ...toolRows('tools', answer.tools, keyed(tools.data, 'tool')),
    ...sessionRows('sessions', answer, sessions),
    ...number('user_prompt entries', answer.prompts, events.get('user_prompt')?.['count'] ?? 0),
    ...number(
      'api_error entries',
      answer.synthetic_responses,
      events.get('api_error')?.['count'] ?? 0,
    ),
  ];
}

/** What an import prints, as far as the answer knows it. */
export interface ImportCounts {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly requests: number;
  readonly tool_calls: number;
  readonly sessions: number;
  readonly rejected_lines: number;
}

/** Differences in the counts that an import prints. */
export function importDifferences(answer: CorpusAnswer, counts: ImportCounts): string[] {
  const calls = Object.values(answer.tools).reduce((sum, tool) => sum + tool.calls, 0);
  const lines = answer.lines + answer.malformed_lines + (answer.blank_lines ?? 0);
  return [
    ...number('files', answer.files, counts.files),
    ...(answer.blank_lines === undefined ? [] : number('lines', lines, counts.lines)),
    ...(answer.unfinished_lines === 0 ? number('bytes', answer.bytes, counts.bytes) : []),
    ...number('requests', answer.totals.requests, counts.requests),
    ...number('tool calls', calls, counts.tool_calls),
    ...number('sessions', answer.sessions, counts.sessions),
    ...number('rejected lines', answer.malformed_lines, counts.rejected_lines),
  ];
}

async function pages<T>(server: RunningCollector, path: string): Promise<readonly T[]> {
  const all: T[] = [];
  let next: string | null = null;
  do {
    const page: Page<T> = await server.json(next === null ? path : `${path}&cursor=${next}`);
    all.push(...page.data);
    next = page.next;
  } while (next !== null);
  return all;
}

/** Rows by a column of theirs; where a column to add up is named, rows of one key are added up. */
function keyed(rows: readonly Row[], key: string, sum?: string): ReadonlyMap<string, Row> {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const name = String(row[key]);
    const known = byKey.get(name);
    if (known !== undefined && sum === undefined)
      throw new Error(`There are two rows for ${name}.`);
    byKey.set(
      name,
      known === undefined
        ? row
        : { ...row, [sum!]: Number(row[sum!] ?? 0) + Number(known[sum!] ?? 0) },
    );
  }
  return byKey;
}

/** The answer by longer periods than days. */
function grouped(
  answer: CorpusAnswer,
  periodOf: (day: string) => string,
): Record<string, CorpusUsage> {
  const periods: Record<string, CorpusUsage> = {};
  for (const [day, used] of Object.entries(answer.by_day_utc)) {
    const period = periodOf(day);
    const known = periods[period];
    if (known === undefined) periods[period] = { ...used };
    else addUsage(known, used);
  }
  return periods;
}

/** The Monday of a day's week. */
function weekOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Rows by day and group, added up by group. */
function groupRows(
  what: string,
  truth: Readonly<Record<string, CorpusUsage>>,
  rows: readonly Row[],
): string[] {
  const sums = new Map<string, Record<string, number>>();
  for (const row of rows) {
    const into = sums.get(String(row['group'])) ?? {};
    sums.set(String(row['group']), into);
    for (const [name, value] of Object.entries(row)) {
      if (typeof value !== 'number') continue;
      // Amounts are whole in 10⁻⁹ USD; added up as dollars they would not stay so.
      into[name] = (into[name] ?? 0) + (name === 'cost_usd' ? Math.round(value * NANO) : value);
    }
  }
  const inUsd = [...sums].map(
    ([key, row]) => [key, { ...row, cost_usd: (row['cost_usd'] ?? 0) / NANO }] as const,
  );
  return usageRows(what, truth, new Map(inUsd));
}

function usageRows(
  what: string,
  truth: Readonly<Record<string, CorpusUsage>>,
  rows: ReadonlyMap<string, Row>,
): string[] {
  const wrong = Object.entries(truth).flatMap(([key, used]) => {
    const row = rows.get(key);
    return row === undefined ? [`${what}: no row for ${key}`] : usage(`${what}, ${key}`, used, row);
  });
  return [...wrong, ...unexpected(what, truth, rows)];
}

function toolRows(
  what: string,
  truth: Readonly<Record<string, CorpusTool>>,
  rows: ReadonlyMap<string, Row>,
): string[] {
  const wrong = Object.entries(truth).flatMap(([tool, counts]) =>
    Object.entries(counts).flatMap(([name, value]) =>
      number(`${what}, ${tool}, ${name}`, Number(value), rows.get(tool)?.[name] ?? 0),
    ),
  );
  return [...wrong, ...unexpected(what, truth, rows)];
}

function unexpected(what: string, truth: object, rows: ReadonlyMap<string, Row>): string[] {
  return [...rows.keys()]
    .filter((key) => !Object.hasOwn(truth, key))
    .map((key) => `${what}: a row for ${key}, of which nothing is true`);
}

function sessionRows(what: string, answer: CorpusAnswer, rows: readonly SessionRow[]): string[] {
  const sum = (name: 'prompts' | 'subagents' | 'api_errors' | 'tool_calls'): number =>
    rows.reduce((total, row) => total + row[name], 0);
  return [
    ...number(what, answer.sessions, rows.length),
    ...number(`${what}, prompts`, answer.prompts, sum('prompts')),
    ...number(`${what}, subagents`, answer.subagents, sum('subagents')),
    ...number(`${what}, errors of the API`, answer.synthetic_responses, sum('api_errors')),
    ...number(
      `${what}, tool calls`,
      Object.values(answer.tools).reduce((total, { calls }) => total + calls, 0),
      sum('tool_calls'),
    ),
    ...rows.flatMap(({ session_id: id, messages }) =>
      number(`${what}, ${id}, messages`, answer.by_session[id]?.requests ?? 0, messages),
    ),
  ];
}

function usage(what: string, truth: CorpusUsage, row: Row): string[] {
  const { cost_nano_usd: cost, ...counts } = truth;
  const wrong = Object.entries(counts).flatMap(([name, value]) =>
    number(`${what}, ${name}`, value, row[name] ?? 0),
  );
  const said = Math.round(Number(row['cost_usd'] ?? 0) * NANO);
  return cost === undefined
    ? wrong
    : [...wrong, ...number(`${what}, cost in 10⁻⁹ USD`, cost, said)];
}

function number(what: string, truth: number, said: string | number): string[] {
  return said === truth ? [] : [`${what}: ${said} instead of ${truth}`];
}
