import type { HookMode } from '../../../receivers/hooks/registration.ts';
import { own } from '../../records/foreign-value.ts';

/** A settings file's content, as far as it bears on hooks. */
export interface NamedSettings {
  readonly path: string;
  readonly settings: unknown;
}

/** What will keep hooks from doing their work, a sentence each. */
export function hookWarnings(files: readonly NamedSettings[], mode: HookMode): readonly string[] {
  return [
    ...files.flatMap((file) => ofSwitches(file)),
    ...(mode.kind === 'http' ? [...files.flatMap((file) => ofHttp(file, mode)), WHILE_DOWN] : []),
  ];
}

const WHILE_DOWN =
  'While the collector is down, Claude Code shows an error for each event; with --mode spool it does not.';

function ofSwitches({ path, settings }: NamedSettings): readonly string[] {
  return [
    ...(own(settings, 'disableAllHooks') === true
      ? [`disableAllHooks is true in ${path}: Claude Code runs no hooks until that is removed.`]
      : []),
    ...(own(settings, 'allowManagedHooksOnly') === true
      ? [
          `allowManagedHooksOnly is true in ${path}: Claude Code runs only an administrator's hooks.`,
        ]
      : []),
  ];
}

function ofHttp(
  { path, settings }: NamedSettings,
  { url, needsToken }: { readonly url: string; readonly needsToken: boolean },
): readonly string[] {
  const urls = own(settings, 'allowedHttpHookUrls');
  const variables = own(settings, 'httpHookAllowedEnvVars');
  return [
    ...(Array.isArray(urls) && !urls.some((pattern) => isMatch(pattern, url))
      ? [`allowedHttpHookUrls in ${path} does not allow ${url}: Claude Code will not call it.`]
      : []),
    ...(needsToken && Array.isArray(variables) && !variables.includes('HALL_MONITOR_TOKEN')
      ? [`httpHookAllowedEnvVars in ${path} lacks HALL_MONITOR_TOKEN: hooks will send no token.`]
      : []),
  ];
}

/** In a pattern `*` stands for any text. */
function isMatch(pattern: unknown, url: string): boolean {
  if (typeof pattern !== 'string') return false;
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${source.join('.*')}$`, 's').test(url);
}
