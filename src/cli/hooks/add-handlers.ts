import { isDeepStrictEqual } from 'node:util';
import { applyEdits, type Node } from 'jsonc-parser';
import type { HookHandler } from '../../../receivers/hooks/registration.ts';
import { ourHandlers, type OurHandler } from './our-handlers.ts';
import { keyOf, parseSettings, propertyOf, valueOf } from './parse-settings.ts';
import { removeHandlers, type KeptEmpty } from './remove-handlers.ts';
import { insertion, type NewChild } from './text-edits.ts';

/** The handler that each event shall have. */
export type WantedHandlers = ReadonlyMap<string, HookHandler>;

/**
 * Settings text in which exactly these handlers of ours stand, each in a group of its own at the end of its event. What
 * stands there already stays in its place, other versions of ours go, and every other byte stays.
 *
 * @throws ConfigError where the text cannot be edited.
 */
export function addHandlers(
  text: string,
  path: string,
  { wanted, kept }: { readonly wanted: WantedHandlers; readonly kept: KeptEmpty },
): string {
  const ours = ourHandlers(parseSettings(text, path));
  const settled = new Set(
    [...wanted.keys()].filter((event) =>
      isSettled(
        ours.filter((one) => one.event === event),
        wanted.get(event),
      ),
    ),
  );
  const cleared = removeHandlers(text, path, {
    isRemoved: (event) => !settled.has(event),
    kept: { hooks: true, events: new Set([...kept.events, ...wanted.keys()]) },
  });
  return [...wanted]
    .filter(([event]) => !settled.has(event))
    .reduce((rest, [event, handler]) => withHandler(rest, path, { event, handler }), cleared);
}

function isSettled(ours: readonly OurHandler[], wanted: HookHandler | undefined): boolean {
  const [only, ...others] = ours;
  return (
    only !== undefined &&
    others.length === 0 &&
    isDeepStrictEqual(only.value, wanted) &&
    (only.group.children ?? []).every((property) => keyOf(property) === 'hooks')
  );
}

function withHandler(
  text: string,
  path: string,
  { event, handler }: { readonly event: string; readonly handler: HookHandler },
): string {
  const root = parseSettings(text, path);
  const group = { hooks: [handler] };
  const put = (container: Node, child: NewChild): string =>
    applyEdits(text, [insertion(text, root, { container, child })]);
  const hooks = valueOf(propertyOf(root, 'hooks'));
  if (hooks === undefined) return put(root, { key: 'hooks', value: { [event]: [group] } });
  const groups = valueOf(propertyOf(hooks, event));
  return groups === undefined
    ? put(hooks, { key: event, value: [group] })
    : put(groups, { value: group });
}
