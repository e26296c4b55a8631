import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Positions } from '../../../receivers/transcripts/plan-readings.ts';
import { originStates } from '../../rollups/origin-states.ts';
import { countText } from '../figures.ts';
import { ageText } from './age-text.ts';
import { fault, fine, note, warning, type Check, type Remark } from './finding.ts';
import type { Scene } from './scene.ts';
import { shellWord } from './shell-word.ts';

/** Whether the folders of Claude Code are there and readable, and how much of them was read. */
export const checkRoots: Check = {
  area: 'transcripts',
  run: (scene) => [
    ...ofFolders(scene),
    ...ofTwins(scene),
    ...ofProblems(scene),
    ...ofReading(scene),
  ],
};

const DIRS_FIX =
  'Set HALL_MONITOR_CLAUDE_DIRS to the folder that holds projects, or work with Claude Code once.';

function ofFolders({ config, sourceOf, roots }: Scene): readonly Remark[] {
  if (roots.length === 0) {
    const missing = config.claudeDirs.map((dir) => join(dir, 'projects')).join(' and no ');
    return [warning(`There is nothing to read: no ${missing}.`, DIRS_FIX)];
  }
  // Of the usual two places most people have one.
  const isChosen = sourceOf(['claudeDirs']) !== 'default';
  return config.claudeDirs.flatMap((dir) => {
    const root = join(dir, 'projects');
    if (existsSync(root)) return [fine(`${root} is there.`)];
    return isChosen ? [warning(`${root} does not exist.`, DIRS_FIX)] : [];
  });
}

function ofTwins({ config }: Scene): readonly Remark[] {
  const byPlace = Map.groupBy(
    config.claudeDirs.filter((dir) => existsSync(dir)),
    (dir) => realpathSync(dir),
  );
  return [...byPlace.values()]
    .filter((dirs) => dirs.length > 1)
    .map((dirs) =>
      note(
        `${dirs.join(' and ')} are the same folder; it is read once.`,
        'Name it once in HALL_MONITOR_CLAUDE_DIRS or claudeDirs.',
      ),
    );
}

function ofProblems({ found }: Scene): readonly Remark[] {
  return found.problems
    .slice(0, 5)
    .map((folder) =>
      fault(
        `${folder} cannot be looked into, so what is in it is missing.`,
        `chmod u+rx ${shellWord(folder)}`,
      ),
    );
}

function ofReading({ found, store, collector, nowMs }: Scene): readonly Remark[] {
  const [newest] = found.files;
  if (newest === undefined) return [];
  const files = `${countText(found.files.length)} transcript${found.files.length === 1 ? '' : 's'}`;
  const age = `the newest written to ${ageText(newest.modifiedMs, nowMs)}`;
  if (store.db === null) {
    // What is wrong with a store that cannot be read is told of the store.
    if (store.exists) return [fine(`${files}, ${age}.`)];
    return [note(`${files}, ${age}; none of them was read yet.`, 'hall-monitor import')];
  }
  const unread = new Positions(originStates(store.db, 'transcript')).plan(found.files).length;
  if (unread === 0) return [fine(`${files}, ${age}; all of them are read to their end.`)];
  const message = `${files}, ${age}; ${countText(unread)} of them hold more than was read.`;
  return [
    collector.holder === null
      ? note(message, 'hall-monitor import')
      : note(`${message} Whoever writes to the store reads them in a moment.`),
  ];
}
