import { resolve } from 'node:path';
import type { CommandContext, CommandResult } from '../context.ts';
import { escapeText, jsonText } from '../escape.ts';
import { EXIT } from '../exit-codes.ts';
import { builtLines } from '../recovery/built-lines.ts';
import { rebuildStore } from '../recovery/rebuild-store.ts';

/** Where the archive is, and how the outcome is told. */
export interface RestoreOptions {
  readonly from?: string;
  readonly json?: boolean;
}

/** Builds the store from an archive alone. Exit code 1 where there is no archive, or part of it could not be used. */
export async function runRestore(
  { from, json }: RestoreOptions,
  { config, terminal }: CommandContext,
): CommandResult {
  const { built, putAside } = await rebuildStore(config, terminal, {
    ...(from !== undefined && { from: resolve(from) }),
    needsArchive: true,
  });
  if (built === null) {
    const where = from === undefined ? `in ${config.home}` : `in ${resolve(from)}`;
    terminal.note(`hall-monitor: There is no archive ${escapeText(where)}.\n`);
    return EXIT.failure;
  }
  const { lines, superseded, rejected, segments, damaged, missing, unfinished } = built;
  if (json === true)
    terminal.print(
      jsonText({
        store: config.home,
        put_aside: putAside,
        files: segments,
        lines,
        superseded_lines: superseded,
        rejected_lines: rejected,
        damaged_files: damaged,
        missing_files: missing,
        unfinished_files: unfinished,
      }),
    );
  else {
    const told = [
      ...(putAside === null ? [] : [`The old store is kept as ${putAside}.`]),
      ...builtLines(built),
      'Next: hall-monitor import, which reads what transcripts say beyond the archive.',
    ];
    terminal.print(`${told.map(escapeText).join('\n')}\n`);
  }
  return damaged.length + missing.length > 0 || rejected > 0 ? EXIT.failure : EXIT.ok;
}
