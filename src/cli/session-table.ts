import type { SessionSummary } from '../rollups/session-summary.ts';
import type { TimeZone } from '../rollups/time-zone.ts';
import { countText, usdDecimals, usdText } from './figures.ts';
import { renderTable, type Column } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wallText } from './time-options.ts';

/** Sessions as a table, with their sum. */
export function sessionTable(
  sessions: readonly SessionSummary[],
  zone: TimeZone,
  terminal: Terminal,
): string {
  const sum = (of: (session: SessionSummary) => number): number =>
    sessions.reduce((total, session) => total + of(session), 0);
  const largest = sessions.reduce((most, { cost_usd }) => Math.max(most, cost_usd), 0);
  const decimals = usdDecimals(largest);
  const count = (
    head: string,
    rank: number,
    of: (session: SessionSummary) => number,
  ): Column<SessionSummary> => ({
    head,
    rank,
    text: (session) => countText(of(session)),
    total: countText(sum(of)),
  });
  const columns: Column<SessionSummary>[] = [
    {
      head: 'Session',
      text: ({ session_id }) => session_id.slice(0, 8),
      total: 'Total',
      kind: 'label',
    },
    {
      head: 'Started',
      text: ({ started }) => wallText(zone, Date.parse(started)),
      kind: 'label',
      rank: 9,
    },
    { head: 'State', text: ({ state }) => state, kind: 'label', rank: 2 },
    { head: 'Project', text: ({ project }) => project, kind: 'name', rank: 8 },
    { head: 'Model', text: ({ model }) => model ?? '', kind: 'name', rank: 3 },
    {
      head: 'Active',
      text: ({ duration_active_min }) => duration_active_min.toFixed(1),
      total: (sum(({ duration_active_ms }) => duration_active_ms) / 60_000).toFixed(1),
      rank: 6,
    },
    count('Messages', 4, ({ messages }) => messages),
    count('Tools', 1, ({ tool_calls }) => tool_calls),
    count('Tokens', 5, ({ all_tokens }) => all_tokens),
    {
      head: 'Cost',
      text: ({ cost_usd }) => usdText(cost_usd, decimals),
      total: usdText(
        sum(({ cost_usd }) => cost_usd),
        decimals,
      ),
    },
  ];
  return renderTable(columns, sessions, terminal);
}
