import { applyEdits, type Edit, type Node } from 'jsonc-parser';
import { ourHandlers, type OurHandler } from './our-handlers.ts';
import { keyOf, parseSettings, propertyOf, valueOf } from './parse-settings.ts';
import { removal } from './text-edits.ts';

/** What stays when it becomes empty, because it was not made for our handlers. */
export interface KeptEmpty {
  readonly hooks: boolean;
  readonly events: ReadonlySet<string>;
}

/** Everything that becomes empty goes. */
export const NOTHING_KEPT: KeptEmpty = { hooks: false, events: new Set() };

/** What a settings text has of `hooks`, so that it stays when ours leave it; nothing where it cannot be read. */
export function keptOf(text: string | null): KeptEmpty {
  try {
    const hooks = valueOf(propertyOf(parseSettings(text ?? '{}', ''), 'hooks'));
    return { hooks: hooks !== undefined, events: new Set((hooks?.children ?? []).map(keyOf)) };
  } catch {
    return NOTHING_KEPT;
  }
}

/**
 * Settings text without our handlers, or without those that `isRemoved` names, and without what they leave empty; every
 * other byte stays.
 *
 * @throws ConfigError where the text cannot be edited.
 */
export function removeHandlers(
  text: string,
  path: string,
  {
    kept,
    isRemoved = () => true,
  }: { readonly kept: KeptEmpty; readonly isRemoved?: (event: string) => boolean },
): string {
  let rest = text;
  for (;;) {
    const root = parseSettings(rest, path);
    const found = ourHandlers(root).find(({ event }) => isRemoved(event));
    if (found === undefined) return rest;
    rest = applyEdits(rest, [removalOf(root, found, kept)]);
  }
}

/** Removes the outermost thing that would be left empty. */
function removalOf(root: Node, found: OurHandler, kept: KeptEmpty): Edit {
  const { handler, handlers, group, groups, property } = found;
  const hooksProperty = propertyOf(root, 'hooks');
  const hooks = valueOf(hooksProperty);
  if (hooksProperty === undefined || hooks === undefined || !isOnly(handlers)) {
    return removal(handlers, handler);
  }
  if (!isOnly(groups) || kept.events.has(found.event)) return removal(groups, group);
  return !isOnly(hooks) || kept.hooks ? removal(hooks, property) : removal(root, hooksProperty);
}

function isOnly(container: Node): boolean {
  return container.children?.length === 1;
}
