import type { SettingsPlaces } from '../../config/settings-places.ts';
import type { Config } from '../../config/schema.ts';
import { hookEvents, type HookEventCount } from '../../rollups/hook-events.ts';
import { openStoreForReading } from '../../store/open.ts';
import { spoolOf } from '../spool-place.ts';
import { registeredHooks, type HooksFile } from './registered-hooks.ts';
import { countSpooled, type Spooled } from './spooled.ts';

/** Which events are registered where, what was heard of each, and what waits. */
export interface HooksStatus {
  readonly files: readonly HooksFile[];
  readonly heard: readonly HookEventCount[];
  readonly spool: Spooled & { readonly path: string };
}

/** Reads settings, plugins, store and spool. Throws ConfigError where the store cannot be opened. */
export function readHooksStatus(places: SettingsPlaces, config: Config): HooksStatus {
  const path = spoolOf(config.home);
  return {
    files: registeredHooks(places, config),
    heard: readHeard(config.home),
    spool: { path, ...countSpooled(path) },
  };
}

function readHeard(home: string): readonly HookEventCount[] {
  const db = openStoreForReading(home);
  try {
    return db === undefined ? [] : hookEvents(db);
  } finally {
    db?.close();
  }
}
