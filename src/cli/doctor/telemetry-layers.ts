import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Environment } from '../../config/platform.ts';
import type { SettingsPlaces, SettingsScope } from '../../config/settings-places.ts';
import { readSettings } from '../read-settings.ts';

/** One place that telemetry settings of Claude Code come from. */
export interface SettingsLayer {
  readonly source: 'environment' | SettingsScope | 'managed';
  /** The file; null for the environment. */
  readonly path: string | null;
  readonly env: ReadonlyMap<string, string>;
  /** Whether it names a command that makes headers for what is sent. */
  readonly hasHeadersHelper: boolean;
  /** Why the file could not be read. */
  readonly fault: string | null;
}

/** The variables that say what of a session is told to whom. */
const TELEMETRY =
  /^(OTEL_|CLAUDE_CODE_ENABLE_TELEMETRY$|(CLAUDE_CODE_)?ENABLE_ENHANCED_TELEMETRY_BETA$|CLAUDE_CODE_ENHANCED_TELEMETRY_BETA$|(ENABLE_)?BETA_TRACING_)/;
const MAX_DROP_INS = 100;

/** What holds in every project: this environment, the user's settings, and what is prescribed. Later ones win. */
export function ownLayers(env: Environment, places: SettingsPlaces): readonly SettingsLayer[] {
  return [
    {
      source: 'environment',
      path: null,
      env: telemetryOf(env),
      hasHeadersHelper: false,
      fault: null,
    },
    ...readLayer('user', places.files.user, null),
    ...managedFiles(places.managedFile).flatMap((path) => readLayer('managed', path, null)),
  ];
}

/** What the files in a project say. Later ones win, and both win over the user's settings. */
export function projectLayers(folder: string, { files }: SettingsPlaces): readonly SettingsLayer[] {
  return [
    ...readLayer('project', files.project, folder),
    ...readLayer('local', files.local, folder),
  ];
}

/** All layers in the order in which they hold, the strongest last. */
export function inOrder(layers: readonly SettingsLayer[]): readonly SettingsLayer[] {
  return layers.toSorted((a, b) => ORDER.indexOf(a.source) - ORDER.indexOf(b.source));
}

const ORDER: readonly SettingsLayer['source'][] = [
  'environment',
  'user',
  'project',
  'local',
  'managed',
];

function readLayer(
  source: SettingsLayer['source'],
  path: string,
  within: string | null,
): readonly SettingsLayer[] {
  const reading = readSettings(path, within);
  switch (reading.kind) {
    case 'absent':
      return [];
    case 'fault':
      return [{ source, path, env: new Map(), hasHeadersHelper: false, fault: reading.fault }];
    case 'settings': {
      const { env, otelHeadersHelper } = reading.settings;
      const hasHeadersHelper = typeof otelHeadersHelper === 'string' && otelHeadersHelper !== '';
      return [{ source, path, env: telemetryOf(env), hasHeadersHelper, fault: null }];
    }
  }
}

/** Of the environment or of `env` in settings; what is no text, number or switch sets nothing. */
function telemetryOf(env: unknown): ReadonlyMap<string, string> {
  if (typeof env !== 'object' || env === null || Array.isArray(env)) return new Map();
  return new Map(
    Object.entries(env).flatMap(([name, value]: [string, unknown]) =>
      TELEMETRY.test(name) && ['string', 'number', 'boolean'].includes(typeof value)
        ? [[name, String(value)]]
        : [],
    ),
  );
}

/** The file that an administrator writes, and those laid beside it. */
function managedFiles(path: string): readonly string[] {
  const folder = join(dirname(path), 'managed-settings.d');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return [
      path,
      ...names
        .sort()
        .slice(0, MAX_DROP_INS)
        .map((name) => join(folder, name)),
    ];
  } catch {
    return [path];
  }
}
