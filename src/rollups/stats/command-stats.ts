import type { Database } from 'better-sqlite3';
import type { StatsFiles } from '../../records/stats-files.ts';
import { topCounts } from './rates.ts';

const COMMANDS = 15;

/** Shell commands by their first word; those whose first word is none, such as `$EDITOR`, are in the total alone. */
export function commandStats(db: Database): StatsFiles['command-stats.json'] {
  const rows = db
    .prepare<[], { command: string; calls: number }>(
      `SELECT command, sum(calls) AS calls FROM total_call JOIN tool ON tool.id = tool
       WHERE command <> '' OR tool.name IN ('Bash', 'PowerShell') GROUP BY command`,
    )
    .all();
  return {
    total_commands: rows.reduce((sum, { calls }) => sum + calls, 0),
    top_commands: topCounts(
      rows.flatMap(({ command, calls }) => (command === '' ? [] : [[command, calls] as const])),
      COMMANDS,
    ),
  };
}
