import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkStore } from '../rollups/store-check.ts';
import { isHeld, lockStore } from '../store/lock.ts';
import { STORE_FILE } from '../store/open.ts';
import { StoreHeldError } from './collector.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { countText } from './figures.ts';
import { readStore } from './read-store.ts';

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
      ...(check.ok ? [] : ['Build a new one from the transcripts with `hall-monitor db rebuild`.']),
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

/** Puts the store aside and fills a new one from what files there are. */
export async function runRebuild(
  options: { readonly json?: boolean },
  context: CommandContext,
): CommandResult {
  const { config, terminal } = context;
  const moved = moveAside(config.home, terminal.nowMs());
  if (moved !== null) {
    terminal.note(
      `The old store is kept as ${moved}; what only it knows, because Claude Code has deleted the transcripts, is not in the new one.\n`,
    );
  }
  const { run } = await import('./import.ts');
  return await run({ ...context, json: options.json === true });
}

/** @throws StoreHeldError while a collector or an import writes to the store. */
function moveAside(home: string, nowMs: number): string | null {
  const store = join(home, STORE_FILE);
  if (!existsSync(store)) {
    return null;
  }
  const lock = lockStore(home, 0, process.pid);
  if (isHeld(lock)) {
    throw new StoreHeldError(home, lock.holderPid);
  }
  try {
    const aside = `${store}.${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(store + suffix)) {
        renameSync(store + suffix, aside + suffix);
      }
    }
    return aside;
  } finally {
    lock.release();
  }
}
