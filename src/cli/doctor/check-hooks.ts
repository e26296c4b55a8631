import { hookWarnings } from '../hooks/hook-warnings.ts';
import { registeredHooks, type HooksFile } from '../hooks/registered-hooks.ts';
import { hookMode } from '../hooks/wanted-handlers.ts';
import { fault, fine, note, warning, type Check, type Remark } from './finding.ts';
import { ofHeard } from './hooks-heard.ts';
import { ofTarget } from './hooks-aim.ts';
import { readSettings } from '../read-settings.ts';
import type { Scene } from './scene.ts';

/** Whether hooks are installed, may run, aim at this data folder, and are heard. */
export const checkHooks: Check = {
  area: 'hooks',
  run: (scene) => {
    const files = registeredHooks(scene.places, scene.config);
    const registered = files.filter(({ events }) => events.length > 0);
    return [
      ...files.flatMap((file) => ofFault(file)),
      ...(registered.length === 0
        ? [
            warning(
              'No hooks are installed: what happens is known late, and how long you were asked for permission not at all.',
              'hall-monitor hooks install',
            ),
          ]
        : [
            ...registered.map(({ scope, path, events }) =>
              fine(
                `${events.length} event${events.length === 1 ? '' : 's'} in the ${scope} scope (${path}).`,
              ),
            ),
            ...ofTwice(registered),
            ...registered.flatMap((file) => ofTarget(file, scene)),
            ...ofSwitches(registered, scene),
            ...ofHeard(registered, scene),
          ]),
    ];
  },
};

function ofFault({ fault: why, scope }: HooksFile): readonly Remark[] {
  if (why === null) return [];
  return [
    scope === 'plugin'
      ? warning(why, 'claude plugin install hall-monitor@hall-monitor')
      : warning(why, 'Correct the file; Claude Code passes over settings that it cannot read.'),
  ];
}

function ofTwice(registered: readonly HooksFile[]): readonly Remark[] {
  const namesOf = ({ events }: HooksFile): readonly string[] => events.map(({ event }) => event);
  const twice = registered.filter((file) => {
    const others = new Set(registered.filter((other) => other !== file).flatMap(namesOf));
    return namesOf(file).some((name) => others.has(name));
  });
  if (twice.length === 0) return [];
  const places = [...new Set(twice.map(({ scope }) => scope))];
  const spare = places.find((scope) => scope !== 'plugin') ?? 'user';
  return [
    note(
      `The same events are registered in several places (${places.join(', ')}): each counts once, and costs its time twice.`,
      `hall-monitor hooks uninstall --scope ${spare}`,
    ),
  ];
}

/** Settings that keep hooks from running. */
function ofSwitches(
  registered: readonly HooksFile[],
  { places, config }: Scene,
): readonly Remark[] {
  const hasHttp = registered.some(({ events }) => events.some(({ mode }) => mode === 'http'));
  const mode = hookMode(hasHttp && config.port !== 0 ? 'http' : 'spool', config);
  const paths = new Set([...Object.values(places.files), places.managedFile]);
  return [...paths].flatMap((path) => {
    const reading = readSettings(path, null);
    if (reading.kind !== 'settings') return [];
    const isManaged = path === places.managedFile;
    // Only an administrator can say this; elsewhere it means nothing.
    const { allowManagedHooksOnly, ...others } = reading.settings;
    const settings = isManaged ? { ...others, allowManagedHooksOnly } : others;
    return hookWarnings([{ path, settings }], mode)
      .filter((sentence) => sentence.includes(path))
      .map((sentence) => fault(sentence, switchFix(sentence, path, isManaged)));
  });
}

function switchFix(sentence: string, path: string, isManaged: boolean): string {
  if (isManaged) return `Ask whoever administers ${path}; transcripts are read all the same.`;
  const [key] = sentence.split(' ', 1);
  return key === 'disableAllHooks'
    ? `Remove disableAllHooks from ${path}.`
    : `Add what is missing to ${key} in ${path}, or: hall-monitor hooks install --mode spool`;
}
