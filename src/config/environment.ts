import { DEFAULTS } from './defaults.ts';
import { pathsOf, set, type Environment } from './platform.ts';

/** A partial configuration as some source gave it, not checked yet. */
export type Layer = Readonly<Record<string, unknown>>;

/** A setting: where it stands in the configuration, and the variable that sets it. */
export interface Setting {
  readonly path: readonly string[];
  readonly variable: string;
}

/** Every setting there is. */
export const SETTINGS: readonly Setting[] = [
  { path: ['home'], variable: 'HALL_MONITOR_HOME' },
  { path: ['claudeDirs'], variable: 'HALL_MONITOR_CLAUDE_DIRS' },
  ...leaves(DEFAULTS).map((path) => ({ path, variable: variableOf(path) })),
];

/**
 * What the environment sets, in the configuration's own shape.
 *
 * Text becomes a number or a truth value where the default is one; text that is neither stays as it is, for the schema
 * to refuse.
 */
export function layerOfEnvironment(env: Environment, platform: NodeJS.Platform): Layer {
  const layer: Record<string, unknown> = {};
  for (const { path, variable } of SETTINGS) {
    const text = set(env[variable]);
    if (text !== undefined) {
      assign(layer, path, parse(text, path, platform));
    }
  }
  return layer;
}

/** The value at a path, undefined where there is none. */
export function valueAt(layer: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    layer,
  );
}

function parse(text: string, path: readonly string[], platform: NodeJS.Platform): unknown {
  if (path.at(-1) === 'claudeDirs' || path.at(-1) === 'roots') {
    return text.split(pathsOf(platform).delimiter).filter((part) => part !== '');
  }
  if (path[0] === 'allowedHosts') {
    return text.split(',').flatMap((part) => (part.trim() === '' ? [] : part.trim()));
  }
  const usual = valueAt(DEFAULTS, path);
  const isNumber = typeof usual === 'number' || /(Ms|Usd)$/.test(path.at(-1) ?? '');
  if (isNumber && /^-?\d+(\.\d+)?$/.test(text.trim())) {
    return Number(text);
  }
  if (typeof usual === 'boolean' && ['true', 'false', '1', '0'].includes(text)) {
    return text === 'true' || text === '1';
  }
  return isMap(usual) ? parseMap(text) : text;
}

/** A map is given as JSON. */
function parseMap(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // As text it is refused by the schema, which names the setting.
    return text;
  }
}

/** Sets the value at a path. */
export function assign(
  layer: Record<string, unknown>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    layer[key] = value;
    return;
  }
  const inner = (layer[key] ?? {}) as Record<string, unknown>;
  layer[key] = inner;
  assign(inner, rest, value);
}

/** What has no keys of its own is a map, and set as a whole. */
function isSection(value: unknown): value is object {
  return isMap(value) && Object.keys(value).length > 0;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function leaves(value: object, before: readonly string[] = []): string[][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    isSection(inner) ? leaves(inner, [...before, key]) : [[...before, key]],
  );
}

/** `transcripts.sweepIntervalMs` is set by `HALL_MONITOR_TRANSCRIPTS_SWEEP_INTERVAL_MS`. */
function variableOf(path: readonly string[]): string {
  return `HALL_MONITOR_${path
    .join('_')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;
}
