import type { HookHandler } from '../../../receivers/hooks/registration.ts';
import { ourHandlers } from '../hooks/our-handlers.ts';
import { parseSettings } from '../hooks/parse-settings.ts';
import { readSettingsFile } from '../hooks/settings-file.ts';
import { decodeSettings } from '../hooks/settings-text.ts';

/** Where a handler of ours hands over what it is told. */
export type HookTarget =
  | { readonly kind: 'spool'; readonly spool: string }
  | { readonly kind: 'http'; readonly url: string }
  /** The spool of whoever runs it. */
  | { readonly kind: 'own' };

const SPOOL = /[;{] s='((?:[^']|'\\'')*)';/;

/** The different places that the handlers of a settings file name; none where it cannot be read. */
export function hookTargets(path: string): readonly HookTarget[] {
  try {
    const { bytes } = readSettingsFile(path);
    if (bytes === null) return [];
    const root = parseSettings(decodeSettings(bytes, path).text, path);
    const targets = ourHandlers(root).map(({ value }) => hookTarget(value));
    return [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
  } catch {
    // What is wrong with it is told where the file itself is looked at.
    return [];
  }
}

/** Where one handler hands over what it is told. */
export function hookTarget(handler: HookHandler): HookTarget {
  if (handler.type === 'http') return { kind: 'http', url: handler.url };
  const spool = SPOOL.exec(handler.command)?.[1]?.replaceAll(`'\\''`, "'");
  return spool === undefined ? { kind: 'own' } : { kind: 'spool', spool };
}
