import { USUAL_EVENTS } from '../../../receivers/hooks/events.ts';
import { hookHandler } from '../../../receivers/hooks/registration.ts';

/** Text of the plugin's hooks.json: the usual events, each told to the spool of whoever runs the plugin. */
export function pluginHooksText(): string {
  const groups = USUAL_EVENTS.map((event) => {
    const handler = hookHandler(event, { kind: 'spool' }, { scope: 'plugin', spool: null });
    return [event, [{ hooks: [handler] }]] as const;
  });
  return `${JSON.stringify({ hooks: Object.fromEntries(groups) }, null, 2)}\n`;
}
