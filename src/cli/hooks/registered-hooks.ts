import { isDeepStrictEqual } from 'node:util';
import type { HookScope } from '../../../receivers/hooks/shim.ts';
import {
  SETTINGS_SCOPES,
  type SettingsPlaces,
  type SettingsScope,
} from '../../config/settings-places.ts';
import type { Config } from '../../config/schema.ts';
import { enabledPlugins } from './enabled-plugins.ts';
import { ourHandlers, type OurHandler } from './our-handlers.ts';
import { parseSettings } from './parse-settings.ts';
import { readSettingsFile } from './settings-file.ts';
import { decodeSettings } from './settings-text.ts';
import { hookMode, wantedHandlers, type HookModeName } from './wanted-handlers.ts';

/** An event for which a file has a handler of ours. */
export interface RegisteredEvent {
  readonly event: string;
  readonly mode: HookModeName;
  /** Whether it is what an installation would write now: the spool, the address and the shell text are still right. */
  readonly isCurrent: boolean;
}

/** A file that may hold handlers of ours. */
export interface HooksFile {
  readonly scope: HookScope;
  /** Null for a plugin whose files are not to be found. */
  readonly path: string | null;
  /** The plugin, where it is one's. */
  readonly plugin: string | null;
  readonly exists: boolean;
  /** Why it could not be read. */
  readonly fault: string | null;
  readonly events: readonly RegisteredEvent[];
}

/** The settings files of every scope, and those of our plugins that are switched on. */
export function registeredHooks(places: SettingsPlaces, config: Config): readonly HooksFile[] {
  return [
    ...SETTINGS_SCOPES.filter((scope) => !isRepeated(scope, places)).map((scope) =>
      readHooks({ scope, path: places.files[scope], plugin: null }, config),
    ),
    ...enabledPlugins(places).map(({ name, hooksFile }) =>
      readHooks({ scope: 'plugin', path: hooksFile, plugin: name }, config),
    ),
  ];
}

/** In the home folder the project's settings are the user's. */
function isRepeated(scope: SettingsScope, { files }: SettingsPlaces): boolean {
  return scope !== 'user' && files[scope] === files.user;
}

function readHooks(place: Pick<HooksFile, 'scope' | 'path' | 'plugin'>, config: Config): HooksFile {
  const { scope, path } = place;
  const nothing = { ...place, exists: false, fault: null, events: [] };
  if (path === null) return { ...nothing, fault: 'The plugin is switched on but not installed.' };
  try {
    const { bytes } = readSettingsFile(path);
    if (bytes === null) return nothing;
    const root = parseSettings(decodeSettings(bytes, path).text, path);
    const events = ourHandlers(root).map((one) => registered(one, scope, config));
    return { ...nothing, exists: true, events };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { ...nothing, exists: true, fault };
  }
}

/** Some events have no HTTP hooks: in HTTP mode too their handler is a command, and no other. */
function registered(
  { event, value }: OurHandler,
  scope: HookScope,
  config: Config,
): RegisteredEvent {
  const mode = value.type === 'http' ? 'http' : 'spool';
  const isWanted = (): boolean =>
    isDeepStrictEqual(
      wantedHandlers([event], hookMode(mode, config), { scope, config }).get(event),
      value,
    );
  return { event, mode, isCurrent: (mode === 'spool' || config.port !== 0) && isWanted() };
}
