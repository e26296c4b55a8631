/**
 * The one place that reads the environment and the configuration file. File, environment and flags go in, later ones
 * winning; one checked object comes out. The schema is loaded only when something needs checking, so that commands
 * which run with plain settings start without it.
 */
import { homedir } from 'node:os';
import { readConfigFile } from './config-file.ts';
import { DEFAULTS } from './defaults.ts';
import { layerOfEnvironment, valueAt, type Layer } from './environment.ts';
import { readOtelEnvironment } from './otel-environment.ts';
import {
  absolutePath,
  defaultClaudeDirs,
  defaultHome,
  pathsOf,
  set,
  type Environment,
  type Machine,
} from './platform.ts';
import type { Config } from './schema.ts';

/** Where the values of a configuration can come from. */
export type ConfigSource = 'default' | 'file' | 'environment' | 'flag';

/** A configuration and where its values come from. */
export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read, null where there is none. */
  readonly configFile: string | null;
  readonly sourceOf: (path: readonly PropertyKey[]) => ConfigSource;
  /** The standard variable of OpenTelemetry that set a value; undefined where none did. */
  readonly otelVariableOf: (path: readonly PropertyKey[]) => string | undefined;
}

/** What to load from; everything but the environment has a default. */
export interface LoadOptions {
  readonly env: Environment;
  /** Partial configuration from the command line; undefined values are passed over. */
  readonly flags?: Layer;
  readonly platform?: NodeJS.Platform;
  readonly workingDir?: string;
}

/**
 * Loads the configuration.
 *
 * @throws ConfigError that names the key, its value, what is allowed and what to do.
 */
export async function loadConfig({
  env,
  flags = {},
  platform = process.platform,
  workingDir = process.cwd(),
}: LoadOptions): Promise<LoadedConfig> {
  const machine: Machine = { env, platform, workingDir, homeDir: set(env['HOME']) ?? homedir() };
  const fromFlags = withAbsolutePaths(withoutUndefined(flags), workingDir, machine);
  const otel = readOtelEnvironment(env);
  const fromOwn = withAbsolutePaths(layerOfEnvironment(env, platform), workingDir, machine);
  const fromEnvironment = merge(withAbsolutePaths(otel.layer, workingDir, machine), fromOwn);
  const base = { ...DEFAULTS, home: defaultHome(machine), claudeDirs: defaultClaudeDirs(machine) };
  const { home } = { ...base, ...fromEnvironment, ...fromFlags } as { home: string };
  const file = await readConfigFile(env, home, machine);
  const fromFile = withAbsolutePaths(
    file.layer,
    file.path === null ? workingDir : pathsOf(platform).dirname(file.path),
    machine,
  );
  const sourceOf = (path: readonly PropertyKey[]): ConfigSource => {
    if (valueAt(fromFlags, path) !== undefined) return 'flag';
    if (valueAt(fromEnvironment, path) !== undefined) return 'environment';
    return valueAt(fromFile, path) === undefined ? 'default' : 'file';
  };
  const merged = [fromFile, fromEnvironment, fromFlags].reduce(merge, base);
  const isPlain = file.path === null && arePlain(fromOwn) && arePlain(fromFlags);
  const config = isPlain
    ? (merged as unknown as Config)
    : await checked(merged, { sourceOf, configFile: file.path });
  const otelVariableOf = (path: readonly PropertyKey[]): string | undefined =>
    valueAt(fromOwn, path) === undefined
      ? otel.variables.get(path.map(String).join('.'))
      : undefined;
  return { config, configFile: file.path, sourceOf, otelVariableOf };
}

async function checked(
  merged: Layer,
  origin: Pick<LoadedConfig, 'sourceOf' | 'configFile'>,
): Promise<Config> {
  const { checkConfig } = await import('./check.ts');
  return checkConfig(merged, origin);
}

/** Settings that need no schema: any text does, or the check is one line. */
function arePlain(layer: Layer): boolean {
  return Object.entries(layer).every(([key, value]) => {
    if (key === 'port') {
      return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
    }
    if (key === 'claudeDirs') {
      return Array.isArray(value) && value.length > 0;
    }
    return (
      ['home', 'host', 'token', 'timezone'].includes(key) &&
      typeof value === 'string' &&
      value !== ''
    );
  });
}

function withAbsolutePaths(layer: Layer, baseDir: string, machine: Machine): Layer {
  const absolute = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(absolute);
    return typeof value === 'string' && value !== ''
      ? absolutePath(value, baseDir, machine)
      : value;
  };
  const { home, claudeDirs, pricing, plans, reports, otlp } = layer as Partial<
    Record<'home' | 'claudeDirs' | 'pricing' | 'plans' | 'reports' | 'otlp', unknown>
  >;
  const folder = valueAt(reports, ['folder']);
  const roots = valueAt(plans, ['roots']);
  const overrideFile = valueAt(pricing, ['overrideFile']);
  return {
    ...layer,
    ...(home === undefined ? {} : { home: absolute(home) }),
    ...(claudeDirs === undefined ? {} : { claudeDirs: absolute(claudeDirs) }),
    ...(typeof overrideFile === 'string'
      ? { pricing: { ...(pricing as object), overrideFile: absolute(overrideFile) } }
      : {}),
    ...(typeof folder === 'string'
      ? { reports: { ...(reports as object), folder: absolute(folder) } }
      : {}),
    ...(Array.isArray(roots) ? { plans: { ...(plans as object), roots: absolute(roots) } } : {}),
    ...(isSection(otlp) ? { otlp: withAbsoluteFiles(otlp, absolute) } : {}),
  };
}

/** A section with every file that it names made absolute. */
function withAbsoluteFiles(section: Layer, absolute: (value: unknown) => unknown): Layer {
  return Object.fromEntries(
    Object.entries(section).map(([key, value]) => {
      if (isSection(value)) return [key, withAbsoluteFiles(value, absolute)];
      return [key, key.endsWith('File') ? absolute(value) : value];
    }),
  );
}

function withoutUndefined(layer: Layer): Layer {
  return Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined));
}

/** The second over the first, sections key by key. */
function merge(under: Layer, over: Layer): Layer {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = isSection(under[key]) && isSection(value) ? merge(under[key], value) : value;
  }
  return merged;
}

function isSection(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
