import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import {
  findTranscripts,
  transcriptRoots,
  type Found,
} from '../../../receivers/transcripts/discover.ts';
import type { SettingsPlaces } from '../../config/settings-places.ts';
import type { ConfigError } from '../../errors.ts';
import { openCurrentStore, STORE_FILE } from '../../store/open.ts';
import type { CommandContext } from '../context.ts';
import { readCollector, type CollectorState } from './collector-state.ts';

/** What the checks look at, read once for all of them. */
export interface Scene extends CommandContext {
  readonly nowMs: number;
  readonly platform: NodeJS.Platform;
  readonly workingDir: string;
  /** Settings of Claude Code as they hold in `workingDir`. */
  readonly places: SettingsPlaces;
  /** Folders to look at beside those that the store knows of. */
  readonly projects: readonly string[];
  readonly store: StoreView;
  readonly collector: CollectorState;
  readonly roots: readonly string[];
  readonly found: Found;
}

/** The store as it may be looked at. */
export interface StoreView {
  /** Null where there is none, or none that can be asked. */
  readonly db: Database | null;
  readonly exists: boolean;
  /** Whether an older version made it, and the next collector brings it up to date. */
  readonly isOutdated: boolean;
  /** Why it cannot be asked. */
  readonly fault: { readonly message: string; readonly fix: string } | null;
}

/** What a scene is made of. */
export type SceneParts = Pick<Scene, 'workingDir' | 'places' | 'projects'> &
  Partial<Pick<Scene, 'platform'>>;

/** Lets `look` work on everything the checks need; the store is open for reading meanwhile. */
export async function withScene<T>(
  context: CommandContext,
  parts: SceneParts,
  look: (scene: Scene) => Promise<T>,
): Promise<T> {
  const { config, terminal } = context;
  const store = openView(config.home);
  try {
    const roots = transcriptRoots(config.claudeDirs);
    return await look({
      ...context,
      platform: process.platform,
      ...parts,
      nowMs: terminal.nowMs(),
      store,
      collector: await readCollector(config),
      roots,
      found: findTranscripts(roots),
    });
  } finally {
    store.db?.close();
  }
}

function openView(home: string): StoreView {
  const unread = { db: null, exists: true, isOutdated: false, fault: null };
  try {
    const db = openCurrentStore(home);
    if (db !== undefined) return { ...unread, db };
    const exists = existsSync(join(home, STORE_FILE));
    return { ...unread, exists, isOutdated: exists };
  } catch (error) {
    return { ...unread, fault: faultOf(error) };
  }
}

function faultOf(error: unknown): NonNullable<StoreView['fault']> {
  const { message, hint, cause } = error as ConfigError;
  const { code } = (cause ?? error) as { readonly code?: unknown };
  // What SQLite cannot make anything of, its examination cannot either.
  const isBroken = code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT';
  const rebuild = 'hall-monitor db rebuild, which keeps the old file beside the new one';
  return { message, fix: isBroken ? rebuild : (hint ?? 'hall-monitor db check') };
}
