import { resolve } from 'node:path';
import { createReportFolder } from '../../exporters/reports/report-folder.ts';
import { InputError, isSystemError, TransientError } from '../errors.ts';
import { reportFiles } from '../rollups/stats/report-files.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { readStore } from './read-store.ts';
import { zoneOf } from './time-options.ts';

/** Flags of `hall-monitor export stats`. */
export interface ExportStatsOptions {
  /** Folder to write the files to. */
  readonly out?: string;
  readonly json?: boolean;
  readonly gitAdd?: boolean;
  readonly sync: boolean;
}

/** Writes the stats files and `sessions.json` to a folder, prints them by their names, or both. */
export async function run(options: ExportStatsOptions, context: CommandContext): CommandResult {
  const { terminal } = context;
  const { out, gitAdd = false } = options;
  if (out === undefined && options.json !== true) {
    throw new InputError('It is not said where the files shall go.', {
      hint: 'Name a folder with --out, or have them printed with --json.',
    });
  }
  const timezone = zoneOf(context).name;
  const nowMs = terminal.nowMs();
  const files = await readStore(context, options, (db) => reportFiles(db, { timezone, nowMs }));
  if (options.json === true) {
    terminal.print(jsonText(files));
  }
  if (out === undefined) {
    return EXIT.ok;
  }
  const folder = resolve(out);
  const target = createReportFolder({ folder, gitAdd, now: terminal.nowMs });
  const refusal = await target.write(files).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
    throw new TransientError(`Cannot write to ${folder}: ${error.message}.`, {
      hint: 'Make room there, or name another folder with --out, and run the command again.',
      cause: error,
    });
  });
  terminal.note(`Wrote ${Object.keys(files).length} files to ${escapeText(folder)}.\n`);
  if (refusal !== undefined) {
    terminal.note(`hall-monitor: ${escapeText(refusal)}\n`);
  }
  return refusal === undefined ? EXIT.ok : EXIT.failure;
}
