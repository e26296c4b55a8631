import type { Config } from './schema.ts';

/** The URL of ClickHouse is refused where it holds a password, and must not be shown then either. */
const SECRETS: ReadonlySet<string> = new Set(['token', 'clickhouse.password', 'clickhouse.url']);

const MASK = '********';

const masked = (secret: string | null): string | null => (secret === null ? null : MASK);

/** Whether the value of a setting may be a secret, so that it is not repeated where it is refused. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  return SECRETS.has(path.map(String).join('.'));
}

/** The configuration as it may be shown: secrets that are set read `********`. */
export function maskSecrets(config: Config): Config {
  const { token, clickhouse } = config;
  return {
    ...config,
    token: masked(token),
    clickhouse: { ...clickhouse, password: masked(clickhouse.password) },
  };
}
