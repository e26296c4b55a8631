import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { shimCommand } from '../../receivers/hooks/shim.ts';
import { restDifferences } from '../support/corpus-answer.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import type { CorpusAnswer } from '../support/corpus-tally.ts';
import { needs } from '../support/offers.ts';
import {
  environmentOf,
  LAUNCHER,
  type Place,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { followCollector, type RunningCollector } from '../support/running-server.ts';

/**
 * Runs its arguments from the third on with a disk of 16 MiB in $1, all of which but $2 KiB is taken by a file that goes
 * away when a line comes on descriptor 3.
 */
const ON_SMALL_DISK = `
mount -t tmpfs -o size=16m,mode=700 small "$1" || exit
head -c $(((16384 - $2) * 1024)) /dev/zero > "$1/other"
{ read -r _line; rm "$1/other"; } <&3 >/dev/null 2>&1 &
shift 2 && exec "$@" 3<&-`;

interface OnSmallDisk {
  readonly server: RunningCollector;
  readonly makeRoom: () => void;
}

async function collectOnSmallDisk(
  disk: string,
  place: Place,
  freeKib: number,
): Promise<OnSmallDisk> {
  const command = [process.execPath, LAUNCHER, 'serve', '--port', '0'];
  const child = spawn(
    'unshare',
    ['-Urm', 'sh', '-c', ON_SMALL_DISK, 'sh', disk, String(freeKib), ...command],
    {
      env: environmentOf(place),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  const makeRoom = (): void => void (child.stdio[3] as Writable).end('\n');
  onTestFinished(makeRoom);
  const server = await followCollector(child);
  onTestFinished(async () => void (await server.kill()));
  return { server, makeRoom };
}

describe('a full disk', () => {
  const { folder, remove } = temporaryFolder();
  const claudeDir = join(folder, 'claude');
  let answer: CorpusAnswer;

  beforeAll(() => {
    answer = writeCorpus(claudeDir, { mb: 24, seed: 51 });
  });
  afterAll(remove);

  // In the middle of the first commit, and when it is time to make the indexes.
  for (const freeKib of [400, 1600]) {
    needs('small-disk')(
      `is waited out, and nothing is lost, with ${freeKib} KiB of room`,
      async () => {
        const disk = join(folder, `disk-${freeKib}`);
        mkdirSync(disk);
        const { server, makeRoom } = await collectOnSmallDisk(
          disk,
          { home: join(disk, 'home'), claudeDir },
          freeKib,
        );
        const reasons = await until('trouble', async () => {
          const response = await server.get('/readyz');
          const text = await response.text();
          return response.status === 503 && text.includes('disk is full') ? text : undefined;
        });
        expect(reasons).toContain('Cannot write to the store');
        expect((await server.get('/healthz')).status).toBe(200);
        expect((await server.get('/api/sessions')).status).toBe(200);
        expect((await server.get('/metrics')).status).toBe(200);
        makeRoom();
        await server.ready();
        expect(await restDifferences(answer, server)).toEqual([]);
        expect((await server.stop()).code).toBe(0);
      },
    );
  }
});

/**
 * Tells two hooks on a disk of 64 KiB: one while it is full, one when there is room again. Prints how each ended, what each
 * printed, and how many files are in the spool whole.
 */
const HOOKS_ON_FULL_DISK = `
mount -t tmpfs -o size=64k,mode=700 small "$1" || exit
mkdir -p "$1/spool/tmp" "$1/spool/new"
cat /dev/zero > "$1/other" 2>/dev/null
printed=$(printf '%s' "$3" | sh -c "$2" 2>&1); echo "$? <$printed>"
rm "$1/other"
printed=$(printf '%s' "$3" | sh -c "$2" 2>&1); echo "$? <$printed>"
sleep 0.3
ls "$1/spool/new" | wc -l`;

describe('a hook on a full disk', () => {
  const { folder, remove } = temporaryFolder();
  afterAll(remove);

  needs('small-disk')('ends well and prints nothing, and is kept once there is room', () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const command = shimCommand({ scope: 'user', spool: join(disk, 'spool') });
    const payload = JSON.stringify({ hook_event_name: 'Stop', session_id: 'x'.repeat(6_000) });
    const run = ['-Urm', 'sh', '-c', HOOKS_ON_FULL_DISK, 'sh', disk, command, payload];
    const { stdout } = spawnSync('unshare', run, { encoding: 'utf8' });
    expect(stdout.split('\n').map((line) => line.trim())).toEqual(['0 <>', '0 <>', '1', '']);
  });
});
