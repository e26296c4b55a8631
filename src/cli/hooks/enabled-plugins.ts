import { join } from 'node:path';
import { SETTINGS_SCOPES, type SettingsPlaces } from '../../config/settings-places.ts';
import { readSettings } from '../read-settings.ts';

/** A plugin of ours that is switched on, and the file in which its hooks stand. */
export interface EnabledPlugin {
  /** Such as `hall-monitor@hall-monitor`. */
  readonly name: string;
  /** Null where the client's list of installed plugins does not have it. */
  readonly hooksFile: string | null;
}

const OUR_PLUGIN = /^hall-monitor@/;

/** Plugins of ours that the settings switch on; narrower settings win. Source: files of Claude Code 2.1.329. */
export function enabledPlugins({ files, claudeDir }: SettingsPlaces): readonly EnabledPlugin[] {
  const switches = SETTINGS_SCOPES.reduce<Readonly<Record<string, unknown>>>(
    (wider, scope) => Object.assign({}, wider, entryOf(readJson(files[scope]), 'enabledPlugins')),
    {},
  );
  const installed = entryOf(
    readJson(join(claudeDir, 'plugins', 'installed_plugins.json')),
    'plugins',
  );
  return Object.keys(switches)
    .filter((name) => OUR_PLUGIN.test(name) && switches[name] === true)
    .map((name) => ({ name, hooksFile: hooksFileOf(installed[name]) }));
}

/** A plugin may be installed several times; all copies of one version are alike. */
function hooksFileOf(installations: unknown): string | null {
  const first: unknown = Array.isArray(installations) ? installations[0] : undefined;
  const { installPath } = asObject(first);
  return typeof installPath === 'string' ? join(installPath, 'hooks', 'hooks.json') : null;
}

function entryOf(document: unknown, key: string): Readonly<Record<string, unknown>> {
  return asObject(asObject(document)[key]);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A file that cannot be read switches nothing on; whoever edits it says so. */
function readJson(path: string): unknown {
  const reading = readSettings(path, null);
  return reading.kind === 'settings' ? reading.settings : undefined;
}
