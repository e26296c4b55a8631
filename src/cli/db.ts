import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { isSystemError, TransientError } from '../errors.ts';
import { checkStore, type StoreCheck } from '../rollups/store-check.ts';
import { damageOf } from '../store/damage.ts';
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
  const check = await examine(context);
  if (options.json === true) terminal.print(jsonText(check));
  else terminal.print(`${checkLines(check).map(escapeText).join('\n')}\n`);
  return check.ok ? EXIT.ok : EXIT.failure;
}

/** The examination, or the one fault that makes it impossible. */
async function examine(context: CommandContext): Promise<StoreCheck | Unreadable> {
  try {
    return await readStore(context, { sync: false }, checkStore);
  } catch (error) {
    const damage = damageOf(error);
    if (damage === null) throw error;
    return { ok: false, faults: [damage] };
  }
}

/** A store that cannot even be asked. */
interface Unreadable {
  readonly ok: false;
  readonly faults: readonly string[];
}

function checkLines(check: StoreCheck | Unreadable): readonly string[] {
  const { ok, faults } = check;
  return [
    ok ? 'The store is sound.' : 'The store is damaged:',
    ...faults.map((fault) => `  ${fault}`),
    ...('counts' in check ? countLines(check) : []),
    ...(ok
      ? []
      : ['Build a new one from the archive and the transcripts with `hall-monitor db rebuild`.']),
  ];
}

function countLines(check: StoreCheck): readonly string[] {
  const { schema_version, size_bytes, oldest_request, newest_request, counts } = check;
  return [
    `Schema ${schema_version}, ${countText(size_bytes)} bytes, requests from ${oldest_request ?? '-'} to ${newest_request ?? '-'}`,
    ...Object.entries(counts).map(
      ([table, rows]) => `  ${table.padEnd(16)} ${countText(rows).padStart(14)}`,
    ),
  ];
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
  }
  await readStore(context, { sync: false }, async (db) => {
    const draft = `${target}.${randomBytes(6).toString('hex')}.part`;
    try {
      // Made first, so that at no time anybody else can read it.
      closeSync(openSync(draft, 'wx', 0o600));
      await db.backup(draft);
      renameSync(draft, target);
    } catch (error) {
      throw backupError(target, error);
    } finally {
      rmSync(draft, { force: true });
    }
  });
  terminal.note(`Wrote ${target}.\n`);
  return EXIT.ok;
}

function backupError(target: string, error: unknown): unknown {
  const isFull = error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';
  if (!isFull && !isSystemError(error)) return error;
  return new TransientError(`Cannot write ${target}: ${error.message}.`, {
    hint: 'Nothing is left of it; what was there before is as it was. Make room, or write elsewhere.',
    cause: error,
  });
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
