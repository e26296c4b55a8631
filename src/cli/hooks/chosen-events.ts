import { HOOK_EVENTS, REGISTRABLE_EVENTS, USUAL_EVENTS } from '../../../receivers/hooks/events.ts';
import { InputError } from '../../errors.ts';

/**
 * The events that `--events` names: `usual`, `all`, or names with commas. In the order of the list of events, each once.
 *
 * @throws InputError where one is unknown, or where its mere registration would change what the client does.
 */
export function chosenEvents(written: string): readonly string[] {
  if (written === 'usual') return USUAL_EVENTS;
  if (written === 'all') return REGISTRABLE_EVENTS;
  const names = written.split(',').flatMap((part) => (part.trim() === '' ? [] : part.trim()));
  const hint = `Allowed are usual, all, or a list of: ${REGISTRABLE_EVENTS.join(', ')}.`;
  const unknown = names.filter((name) => !Object.hasOwn(HOOK_EVENTS, name));
  if (unknown.length > 0 || names.length === 0) {
    const what = unknown.length > 0 ? `no event ${unknown.join(', ')}` : 'nothing in --events';
    throw new InputError(`There is ${what}.`, { hint });
  }
  const harmful = names.filter((name) => !REGISTRABLE_EVENTS.includes(name));
  if (harmful.length > 0) {
    throw new InputError(
      `Claude Code behaves differently as soon as anything is registered for ${harmful.join(', ')}, so Hall Monitor does not.`,
      { hint },
    );
  }
  return REGISTRABLE_EVENTS.filter((name) => names.includes(name));
}
