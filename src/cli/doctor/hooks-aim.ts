import { resolve } from 'node:path';
import type { HooksFile } from '../hooks/registered-hooks.ts';
import { hookMode } from '../hooks/wanted-handlers.ts';
import { spoolOf } from '../spool-place.ts';
import { fault, note, warning, type Remark } from './finding.ts';
import { hookTargets, type HookTarget } from './hook-target.ts';
import type { Scene } from './scene.ts';

/** Whether what a file's hooks are told comes to this data folder, or to this collector. */
export function ofTarget(
  { scope, path, events }: HooksFile,
  { config, sourceOf }: Pick<Scene, 'config' | 'sourceOf'>,
): readonly Remark[] {
  const targets = path === null ? [] : hookTargets(path);
  const fix =
    scope === 'plugin'
      ? 'claude plugin update hall-monitor@hall-monitor'
      : `hall-monitor hooks install --scope ${scope}`;
  const astray = targets.flatMap((target) => strayText(target, config) ?? []);
  if (astray.length > 0) {
    return astray.map((text) => fault(`Hooks of the ${scope} scope ${text}`, fix));
  }
  const isOld = events.some(({ isCurrent }) => !isCurrent);
  const isElsewhere =
    targets.some(({ kind }) => kind === 'own') && sourceOf(['home']) === 'environment';
  return [
    ...(isOld
      ? [warning(`Hooks of the ${scope} scope are not what this version would install.`, fix)]
      : []),
    ...(isElsewhere
      ? [
          note(
            `Hooks of the ${scope} scope write to where HALL_MONITOR_HOME says when Claude Code runs, and here it says ${config.home}.`,
            'Set HALL_MONITOR_HOME where Claude Code is started, too.',
          ),
        ]
      : []),
  ];
}

function strayText(target: HookTarget, config: Scene['config']): string | undefined {
  const spool = spoolOf(config.home);
  if (target.kind === 'spool' && resolve(target.spool) !== resolve(spool)) {
    return `write to ${target.spool}, and this data folder has ${spool}: what they tell never comes here.`;
  }
  if (target.kind === 'http' && config.port !== 0) {
    const mode = hookMode('http', config);
    if (mode.kind === 'http' && mode.url !== target.url) {
      return `call ${target.url}, and the collector would listen for ${mode.url}.`;
    }
  }
  return undefined;
}
