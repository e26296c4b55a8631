import type { SessionSummary } from '../rollups/session-summary.ts';
import { sessionsReport } from '../rollups/sessions-report.ts';
import { listSessions } from '../rollups/sessions.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { jsonText } from './escape.ts';
import { readStore } from './read-store.ts';
import { rangeOf, rangeText, wallText, zoneOf, type TimeOptions } from './time-options.ts';

/** Flags of `hall-monitor sessions`. */
export interface SessionsOptions extends TimeOptions {
  readonly project?: string;
  readonly limit?: number;
  readonly json?: boolean;
  /** File to write `sessions.json` to, `-` for standard output. */
  readonly out?: string;
  readonly sync: boolean;
}

const TABLE_LIMIT = 20;

/** Prints the newest sessions, or writes all of them to a file. */
export async function run(options: SessionsOptions, context: CommandContext): CommandResult {
  const { terminal } = context;
  const zone = zoneOf(context);
  const nowMs = terminal.nowMs();
  const range = rangeOf(options, zone, nowMs);
  const query = { timezone: zone.name, nowMs, range, project: options.project ?? null };
  if (options.out !== undefined) {
    const { out } = options;
    return writeOut(out, jsonText(await readStore(context, options, (db) => sessionsReport(db, query))), context);
  }
  const limit = options.limit ?? (options.json === true ? null : TABLE_LIMIT);
  const page = await readStore(context, options, (db) => listSessions(db, { ...query, limit }));
  if (options.json === true) {
    const { sinceMs, untilMs } = range;
    const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
    terminal.print(jsonText({ timezone: zone.name, since: iso(sinceMs), until: iso(untilMs), sessions: page.sessions }));
    return;
  }
  const more = page.next === null ? '' : `\nThere are more; see them with --limit ${(limit ?? TABLE_LIMIT) * 5} or --json.\n`;
  const title = `Sessions, ${rangeText(range, zone)}, ${zone.name}, newest activity first. Minutes active; cost in USD at list price.`;
  if (page.sessions.length === 0) {
    terminal.print(`${title}\n\nNone recorded.\n`);
    return;
  }
  const startOf = (session: SessionSummary): string => wallText(zone, Date.parse(session.started));
  terminal.print(`${title}\n\n${await sessionTable(page.sessions, startOf, terminal)}${more}`);
}

async function sessionTable(
  sessions: readonly SessionSummary[],
  startOf: (session: SessionSummary) => string,
  terminal: CommandContext['terminal'],
): Promise<string> {
  const { renderTable } = await import('./table.ts');
  const { countText, usdDecimals, usdText } = await import('./figures.ts');
  const sum = (of: (session: SessionSummary) => number): number => sessions.reduce((total, session) => total + of(session), 0);
  const decimals = usdDecimals(sessions.reduce((most, { cost_usd }) => Math.max(most, cost_usd), 0));
  return renderTable<SessionSummary>(
    [
      { head: 'Session', text: ({ session_id }) => session_id.slice(0, 8), total: 'Total', kind: 'label' },
      { head: 'Started', text: startOf, kind: 'label', rank: 9 },
      { head: 'State', text: ({ state }) => state, kind: 'label', rank: 2 },
      { head: 'Project', text: ({ project }) => project, kind: 'name', rank: 8 },
      { head: 'Model', text: ({ model }) => model ?? '', kind: 'name', rank: 3 },
      {
        head: 'Active',
        text: ({ duration_active_min }) => duration_active_min.toFixed(1),
        total: (sum(({ duration_active_ms }) => duration_active_ms) / 60_000).toFixed(1),
        rank: 6,
      },
      { head: 'Messages', text: ({ messages }) => countText(messages), total: countText(sum(({ messages }) => messages)), rank: 4 },
      { head: 'Tools', text: ({ tool_calls }) => countText(tool_calls), total: countText(sum(({ tool_calls }) => tool_calls)), rank: 1 },
      { head: 'Tokens', text: ({ all_tokens }) => countText(all_tokens), total: countText(sum(({ all_tokens }) => all_tokens)), rank: 5 },
      { head: 'Cost', text: ({ cost_usd }) => usdText(cost_usd, decimals), total: usdText(sum(({ cost_usd }) => cost_usd), decimals) },
    ],
    sessions,
    terminal,
  );
}

async function writeOut(path: string, text: string, { terminal }: CommandContext): Promise<void> {
  if (path === '-') {
    terminal.print(text);
    return;
  }
  const { writeWhole } = await import('./write-whole.ts');
  await writeWhole(path, text);
  terminal.note(`Wrote ${path}.\n`);
}
