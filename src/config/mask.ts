import type { Config } from './schema.ts';

const MASK = '********';

const SECRETS: ReadonlySet<string> = new Set([
  'token',
  'clickhouse.password',
  'budgets.webhook.url',
  'budgets.webhook.headers',
  'otlp.headers',
  'otlp.metrics.headers',
  'otlp.traces.headers',
  'otlp.logs.headers',
]);

/** Refused where they hold a password, and must not be shown then either. */
const ADDRESSES: ReadonlySet<string> = new Set(['clickhouse.url']);

const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** Whether the value of a setting may be a secret, so that it is not repeated where it is refused. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  const name = nameOf(path);
  return SECRETS.has(name) || ADDRESSES.has(name);
}

/** The configuration as it may be shown: secrets that are set read `********`. */
export function maskSecrets(config: Config): Config {
  return masked(config, []);
}

function masked<T>(value: T, path: readonly string[]): T {
  if (SECRETS.has(nameOf(path))) return (value === null ? null : MASK) as T;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      masked(inner, [...path, key]),
    ]),
  ) as T;
}
