import { getNodeValue, type Node } from 'jsonc-parser';
import { isOurHandler, type HookHandler } from '../../../receivers/hooks/registration.ts';
import { keyOf, propertyOf, valueOf } from './parse-settings.ts';

/** A handler of ours as it stands in a settings file, with everything it stands in. */
export interface OurHandler {
  readonly event: string;
  readonly value: HookHandler;
  /** The handler, the list it is in, and the group that list belongs to. */
  readonly handler: Node;
  readonly handlers: Node;
  readonly group: Node;
  /** The event's groups, and the event's property in `hooks`. */
  readonly groups: Node;
  readonly property: Node;
}

/** Handlers of ours in a parsed settings file, in the order of the text. */
export function ourHandlers(root: Node): readonly OurHandler[] {
  const hooks = valueOf(propertyOf(root, 'hooks'));
  return (hooks?.children ?? []).flatMap((property) => {
    const groups = valueOf(property);
    return (groups?.children ?? []).flatMap((group) => {
      const handlers = valueOf(propertyOf(group, 'hooks'));
      return (handlers?.children ?? []).flatMap((handler) => {
        // The library's objects have no prototype, which would make them differ from equal ones.
        const value: unknown = JSON.parse(JSON.stringify(getNodeValue(handler)));
        return groups !== undefined && handlers !== undefined && isOurHandler(value)
          ? [
              {
                event: keyOf(property),
                value: value as HookHandler,
                handler,
                handlers,
                group,
                groups,
                property,
              },
            ]
          : [];
      });
    });
  });
}
