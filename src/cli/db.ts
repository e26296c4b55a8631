import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkStore } from '../rollups/store-check.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { countText } from './figures.ts';
import { readStore } from './read-store.ts';
import { builtLines } from './recovery/built-lines.ts';

/** Examines the store for damage. Exit code 1 when there is any. */
export async function runCheck(
  options: { readonly json?: boolean },
  context: CommandContext,
): CommandResult {
  const { terminal } = context;
  const check = await readStore(context, { sync: false }, checkStore);
  if (options.json === true) {
    terminal.print(jsonText(check));
  } else {
    const lines = [
      check.ok ? 'The store is sound.' : 'The store is damaged:',
      ...check.faults.map((fault) => `  ${fault}`),
      `Schema ${check.schema_version}, ${countText(check.size_bytes)} bytes, requests from ${check.oldest_request ?? '-'} to ${check.newest_request ?? '-'}`,
      ...Object.entries(check.counts).map(
        ([table, rows]) => `  ${table.padEnd(16)} ${countText(rows).padStart(14)}`,
      ),
      ...(check.ok
        ? []
        : ['Build a new one from the archive and the transcripts with `hall-monitor db rebuild`.']),
    ];
    terminal.print(`${lines.map(escapeText).join('\n')}\n`);
  }
  return check.ok ? EXIT.ok : EXIT.failure;
}

/** Copies the store to a file for its owner alone, page by page, while others may read and write it. */
export async function runBackup(
  file: string,
  options: { readonly force?: boolean },
  context: CommandContext,
): CommandResult {
  const { terminal } = context;
  const target = resolve(file);
  if (existsSync(target)) {
    if (options.force !== true) {
      terminal.note(
        `hall-monitor: ${target} exists already.\nGive another name, or replace it with --force.\n`,
      );
      return EXIT.failure;
    }
    rmSync(target);
  }
  await readStore(context, { sync: false }, async (db) => {
    // Made first, so that at no time anybody else can read it.
    closeSync(openSync(target, 'wx', 0o600));
    try {
      await db.backup(target);
    } catch (error) {
      rmSync(target, { force: true });
      throw error;
    }
  });
  terminal.note(`Wrote ${target}.\n`);
  return EXIT.ok;
}

/** Puts the store aside and builds a new one from the archive, then from what files there are. */
export async function runRebuild(
  options: { readonly json?: boolean },
  context: CommandContext,
): CommandResult {
  const { config, terminal } = context;
  const { rebuildStore } = await import('./recovery/rebuild-store.ts');
  const note = (text: string): void => terminal.note(`${escapeText(text)}\n`);
  const rebuilt = await rebuildStore(config, terminal);
  if (rebuilt.putAside !== null)
    note(`The old store is kept as ${rebuilt.putAside}; a new one takes its place.`);
  if (rebuilt.built === null)
    note(
      'There is no archive: what only the old store knew, because Claude Code has deleted the transcripts, is not in the new one.',
    );
  else builtLines(rebuilt.built).forEach(note);
  const { run } = await import('./import.ts');
  return await run({ ...context, json: options.json === true });
}
