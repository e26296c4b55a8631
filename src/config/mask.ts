import type { Config } from './schema.ts';

const MASK = '********';

const SECRETS: ReadonlySet<string> = new Set([
  'token',
  'otlp.headers',
  'otlp.metrics.headers',
  'otlp.traces.headers',
  'otlp.logs.headers',
]);

/** Whether a setting must never be shown. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  return SECRETS.has(path.map(String).join('.'));
}

/** The configuration as it may be shown: secrets that are set read `********`. */
export function maskSecrets(config: Config): Config {
  return masked(config, []);
}

function masked<T>(value: T, path: readonly string[]): T {
  if (isSecret(path)) return (value === null ? null : MASK) as T;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      masked(inner, [...path, key]),
    ]),
  ) as T;
}
