import { sessionsReport } from '../rollups/sessions-report.ts';
import { listSessions } from '../rollups/sessions.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { readStore } from './read-store.ts';
import { rangeOf, rangeText, zoneOf, type TimeOptions } from './time-options.ts';

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
    return writeOut(
      out,
      jsonText(await readStore(context, options, (db) => sessionsReport(db, query))),
      context,
    );
  }
  const limit = options.limit ?? (options.json === true ? null : TABLE_LIMIT);
  const page = await readStore(context, options, (db) => listSessions(db, { ...query, limit }));
  if (options.json === true) {
    const { sinceMs, untilMs } = range;
    const iso = (atMs: number | null): string | null =>
      atMs === null ? null : new Date(atMs).toISOString();
    terminal.print(
      jsonText({
        timezone: zone.name,
        since: iso(sinceMs),
        until: iso(untilMs),
        sessions: page.sessions,
      }),
    );
    return;
  }
  const more =
    page.next === null
      ? ''
      : `\nThere are more; see them with --limit ${(limit ?? TABLE_LIMIT) * 5} or --json.\n`;
  const title = `Sessions, ${rangeText(range, zone)}, ${zone.name}, newest activity first. Active minutes; cost in USD.`;
  if (page.sessions.length === 0) {
    terminal.print(`${title}\n\nNone recorded.\n`);
    return;
  }
  const { sessionTable } = await import('./session-table.ts');
  terminal.print(`${title}\n\n${sessionTable(page.sessions, zone, terminal)}${more}`);
}

async function writeOut(path: string, text: string, { terminal }: CommandContext): Promise<void> {
  if (path === '-') {
    terminal.print(text);
    return;
  }
  const { writeNamedFile } = await import('./named-file.ts');
  await writeNamedFile(path, text);
  terminal.note(`Wrote ${escapeText(path)}.\n`);
}
