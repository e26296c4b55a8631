import {
  hookHandler,
  type HookHandler,
  type HookMode,
} from '../../../receivers/hooks/registration.ts';
import type { HookScope, ShimOptions } from '../../../receivers/hooks/shim.ts';
import type { Config } from '../../config/schema.ts';
import { ConfigError } from '../../errors.ts';
import { spoolOf } from '../spool-place.ts';

/** How hooks hand over what they are told, as a person names it. */
export type HookModeName = HookMode['kind'];

/**
 * A mode with what it needs of the configuration.
 *
 * @throws ConfigError where hooks cannot know the port.
 */
export function hookMode(
  kind: HookModeName,
  { host, port, token }: Pick<Config, 'host' | 'port' | 'token'>,
): HookMode {
  if (kind === 'spool') return { kind };
  if (port === 0) {
    throw new ConfigError('The port is 0, so hooks cannot know where the collector will listen.', {
      hint: 'Set HALL_MONITOR_PORT, or use --mode spool.',
    });
  }
  return { kind, url: `http://${reachable(host)}:${port}/hooks`, needsToken: token !== null };
}

/** The handler of each event. What a project or a plugin shares names no folder of one person. */
export function wantedHandlers(
  events: readonly string[],
  mode: HookMode,
  { scope, config }: { readonly scope: HookScope; readonly config: Pick<Config, 'home'> },
): ReadonlyMap<string, HookHandler> {
  const isShared = scope === 'project' || scope === 'plugin';
  const shim: ShimOptions = { scope, spool: isShared ? null : spoolOf(config.home) };
  return new Map(events.map((event) => [event, hookHandler(event, mode, shim)]));
}

function reachable(host: string): string {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  if (['0.0.0.0', '::', ''].includes(name)) return '127.0.0.1';
  return name.includes(':') ? `[${name}]` : name;
}
