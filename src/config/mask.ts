import type { Config } from './schema.ts';

const SECRETS: ReadonlySet<string> = new Set(['token']);

/** Whether a setting must never be shown. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  return SECRETS.has(path.map(String).join('.'));
}

/** The configuration as it may be shown: secrets that are set read `********`. */
export function maskSecrets(config: Config): Config {
  return { ...config, token: config.token === null ? null : '********' };
}
