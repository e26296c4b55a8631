import { HOOK_EVENTS } from './events.ts';
import { shimCommand, type ShimOptions } from './shim.ts';

/** One handler as it stands in a settings file or a plugin's hooks.json. */
export type HookHandler =
  | {
      readonly type: 'command';
      readonly command: string;
      readonly async?: true;
      readonly timeout: number;
    }
  | {
      readonly type: 'http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly allowedEnvVars?: readonly string[];
      readonly timeout: number;
    };

/** How hooks hand over what they are told: through the spool, or to a running collector. */
export type HookMode =
  | { readonly kind: 'spool' }
  | { readonly kind: 'http'; readonly url: string; readonly needsToken: boolean };

/**
 * Seconds after which the client gives up on a hook; far more than one needs. In a settings file it also keeps
 * SessionEnd's hooks from sharing 1.5 s.
 */
const TIMEOUT_SECONDS = 5;
/** Events for which the client offers no HTTP hooks. */
const COMMAND_ONLY: ReadonlySet<string> = new Set(['SessionStart', 'Setup']);
/** Header that tells the collector where the hook was registered. */
export const SCOPE_HEADER = 'X-Hall-Monitor-Scope';

/** The handler of an event. Source: hooks reference of Claude Code 2.1.329. */
export const hookHandler = (event: string, mode: HookMode, shim: ShimOptions): HookHandler => {
  if (mode.kind === 'spool' || COMMAND_ONLY.has(event)) {
    const isAsync = HOOK_EVENTS[event]?.registration === 'async';
    return {
      type: 'command',
      command: shimCommand(shim),
      ...(isAsync && { async: true }),
      timeout: TIMEOUT_SECONDS,
    };
  }
  return {
    type: 'http',
    url: mode.url,
    headers: {
      [SCOPE_HEADER]: shim.scope,
      ...(mode.needsToken && { Authorization: 'Bearer $HALL_MONITOR_TOKEN' }),
    },
    ...(mode.needsToken && { allowedEnvVars: ['HALL_MONITOR_TOKEN'] }),
    timeout: TIMEOUT_SECONDS,
  };
};

/** Whether a handler that stands in a settings file was put there by us, in whatever version. */
export const isOurHandler = (handler: unknown): boolean => {
  if (typeof handler !== 'object' || handler === null) return false;
  const { command, headers } = handler as {
    readonly command?: unknown;
    readonly headers?: unknown;
  };
  if (typeof command === 'string')
    return command.includes('/new/$n') && command.includes('n=$$.$PPID-');
  return typeof headers === 'object' && headers !== null && Object.hasOwn(headers, SCOPE_HEADER);
};
