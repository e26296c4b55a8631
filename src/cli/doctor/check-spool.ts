import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rejectedPayloads } from '../../rollups/rejected-payloads.ts';
import { countText } from '../figures.ts';
import { registeredHooks } from '../hooks/registered-hooks.ts';
import { spoolOf } from '../spool-place.ts';
import { ageText } from './age-text.ts';
import { fault, fine, note, warning, type Check, type Remark } from './finding.ts';
import type { Scene } from './scene.ts';
import { shellWord } from './shell-word.ts';

const RECENT_MS = 7 * 86_400_000;

/** Whether hooks can put down what they are told, somebody takes it, and it can be used. */
export const checkSpool: Check = {
  area: 'spool',
  run: (scene) => {
    const spool = spoolOf(scene.config.home);
    return [...ofFolders(spool, scene), ...ofWaiting(spool, scene), ...ofDead(spool, scene)];
  },
};

function ofFolders(spool: string, { places, config }: Scene): readonly Remark[] {
  const isNeeded = registeredHooks(places, config).some(({ events }) =>
    events.some(({ mode }) => mode === 'spool'),
  );
  const folders = [join(spool, 'tmp'), join(spool, 'new')];
  const missing = folders.find((folder) => !existsSync(folder));
  if (missing !== undefined) {
    return isNeeded
      ? [
          fault(
            `${missing} does not exist, so what hooks tell is lost.`,
            'hall-monitor serve, which makes it',
          ),
        ]
      : [];
  }
  const closed = folders.find((folder) => !isWritable(folder));
  return closed === undefined
    ? []
    : [fault(`Hooks cannot write to ${closed}.`, `chmod 700 ${shellWord(closed)}`)];
}

function ofWaiting(spool: string, { collector }: Scene): readonly Remark[] {
  const waiting = countIn(join(spool, 'new'));
  if (waiting === null) return [];
  const text = waiting === 1 ? '1 payload waits' : `${countText(waiting)} payloads wait`;
  if (waiting === 0) return [fine('Nothing waits in the spool.')];
  return collector.holder === null
    ? [
        note(
          `${text} in the spool, and nobody takes ${waiting === 1 ? 'it' : 'them'}.`,
          'hall-monitor serve',
        ),
      ]
    : [fine(`${text} in the spool for whoever writes to the store.`)];
}

function ofDead(spool: string, { store, nowMs }: Scene): readonly Remark[] {
  const dead = join(spool, 'dead');
  const files = countIn(dead) ?? 0;
  const kept = files === 0 ? '' : `; ${dead} holds ${payloads(files)}`;
  const rejected = store.db === null ? [] : rejectedPayloads(store.db);
  const count = rejected.reduce((sum, one) => sum + one.count, 0);
  const fix = `Look at ls -l ${shellWord(dead)}, and remove what lies there; a payload of Claude Code among them is a fault of ours.`;
  if (count === 0) {
    return files === 0
      ? []
      : [warning(`${dead} holds ${payloads(files)} that could not be used.`, fix)];
  }
  const lastMs = Math.max(...rejected.map(({ lastAtMs }) => lastAtMs));
  const reasons = rejected.map(({ reason, count: of }) => `${reason} ${countText(of)}`).join(', ');
  const message = `${payloads(count)} could not be used (${reasons}), the last ${ageText(lastMs, nowMs)}${kept}.`;
  return [nowMs - lastMs < RECENT_MS || files > 0 ? warning(message, fix) : note(message)];
}

function payloads(count: number): string {
  return `${countText(count)} payload${count === 1 ? '' : 's'}`;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Null where there is no such folder, or none that we may look into. */
function countIn(folder: string): number | null {
  try {
    return readdirSync(folder).length;
  } catch {
    return null;
  }
}
