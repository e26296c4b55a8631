import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors.ts';
import type { Layer } from './environment.ts';
import { absolutePath, pathsOf, set, type Environment, type Machine } from './platform.ts';

/** A configuration file that was looked for; `path` is null where there is none. */
export interface ConfigFile {
  readonly path: string | null;
  readonly layer: Layer;
}

/**
 * Reads the file that `HALL_MONITOR_CONFIG` names, else `config.json` in the data folder where there is one.
 *
 * @throws ConfigError when it cannot be read or does not hold a JSON object.
 */
export async function readConfigFile(
  env: Environment,
  home: string,
  machine: Machine,
): Promise<ConfigFile> {
  const named = set(env['HALL_MONITOR_CONFIG']);
  const path =
    named === undefined
      ? pathsOf(machine.platform).join(home, 'config.json')
      : absolutePath(named, machine.workingDir, machine);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (named === undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return { path: null, layer: {} };
    }
    throw new ConfigError(`Cannot read the configuration file ${path}.`, {
      hint:
        named === undefined
          ? 'Make it readable, or remove it.'
          : 'Correct HALL_MONITOR_CONFIG, or write the file with `hall-monitor config init`.',
      cause,
    });
  }
  return { path, layer: parseConfigFile(text, path) };
}

function parseConfigFile(text: string, path: string): Layer {
  const hint = 'Correct the file; `hall-monitor config init` writes one to begin with.';
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`The configuration file ${path} is not JSON: ${detail}.`, {
      hint,
      cause,
    });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new ConfigError(`The configuration file ${path} must hold one JSON object.`, { hint });
  }
  // A schema in the file itself is for editors.
  const { $schema: _schema, ...layer } = document as Record<string, unknown>;
  return layer;
}
