import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readCursor } from '../../src/store/cursor-table.ts';
import { createReader } from '../../src/store/reader.ts';
import { heldIn, repeatedIn } from '../exporters/archive/archive-home.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { appendResponse, liveMessageId, liveSession } from '../support/corpus-live.ts';
import { createRandom } from '../support/corpus-random.ts';
import { needs } from '../support/offers.ts';
import {
  commandJson,
  environmentOf,
  LAUNCHER,
  type Place,
  runCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { followCollector, startCollector } from '../support/running-server.ts';

/** More of them are for whoever changes how the archive is written. */
const KILLS = Number(process.env['HALL_MONITOR_KILLS'] ?? 8);
const SIZE_MB = 24;

interface Verified {
  readonly sound: boolean;
  readonly faults: readonly { readonly file: string; readonly place: string }[];
  readonly totals: { readonly lines: number };
}

const { folder, remove } = temporaryFolder();
const claudeDir = join(folder, 'claude');
const placeOf = (name: string): Place => ({
  home: join(folder, name),
  claudeDir,
  env: { HALL_MONITOR_ARCHIVE_SWEEP_INTERVAL_MS: '1000' },
});
const archiveOf = ({ home }: Place): string => join(home, 'archive');

beforeAll(() => void writeCorpus(claudeDir, { mb: SIZE_MB, seed: 81, dirty: true }));
afterAll(remove);

/** What the store holds and how far the archive is. */
const inStore = ({ home }: Place) => {
  const reader = createReader(join(home, 'hall-monitor.db'));
  try {
    const newest = new Map<string, number>();
    for (let seq = 0; ;) {
      const { lines, toSeq } = reader.archived(seq, 5_000);
      for (const { id, revision } of lines) newest.set(id, revision);
      if (toSeq === seq) break;
      seq = toSeq;
    }
    const cursorSeq = readCursor(reader.db, 'archive')?.seq ?? 0;
    return { newest, cursorSeq, lastSeq: reader.lastSeq() };
  } finally {
    reader.close();
  }
};

const caughtUp = (place: Place): Promise<true> =>
  until('archive that is up to date', () => {
    const { cursorSeq, lastSeq } = inStore(place);
    return cursorSeq === lastSeq ? true : undefined;
  });

/** A collector that ends may still write down what it knows of its origins, which the archive gets next time. */
const expectWhole = async (place: Place): Promise<void> => {
  await commandJson(place, 'archive', 'update');
  expect(heldIn(archiveOf(place))).toEqual(inStore(place).newest);
  expect(repeatedIn(archiveOf(place))).toEqual([]);
  const verified = await commandJson<Verified>(place, 'archive', 'verify');
  expect(verified.faults).toEqual([]);
  expect(verified.totals.lines).toBeGreaterThanOrEqual(inStore(place).newest.size);
};

/** Changes whenever the archive has written something down. */
const bookMarks = (place: Place): string =>
  ['requests', 'tool_calls', 'occurrences']
    .map((stream) => join(archiveOf(place), stream, 'open.json'))
    .map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    .join(' ');

describe('the archive of a collector', () => {
  needs('posix')(`has every line once, however often it is killed (${KILLS} times)`, async () => {
    const place = placeOf('killed');
    const random = createRandom(82);
    let written = 0;
    const append = (): void => {
      written += 1;
      const session = liveSession(written % 5);
      const response = { session, atMs: Date.now(), outputTokens: written };
      appendResponse(claudeDir, { ...response, messageId: liveMessageId(written) });
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const server = await startCollector(place);
      const writer = setInterval(append, 5);
      let marks = bookMarks(place);
      let changesLeft = random.between(1, 6);
      await until('progress', () => {
        const now = bookMarks(place);
        if (now !== marks) changesLeft -= 1;
        marks = now;
        return changesLeft <= 0 ? true : undefined;
      });
      clearInterval(writer);
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, random.between(0, 20));
      await promise;
      expect((await server.kill()).signal).toBe('SIGKILL');
    }
    const server = await startCollector(place);
    await server.ready();
    await caughtUp(place);
    expect((await server.stop()).code).toBe(0);
    await expectWhole(place);
  });

  it('is healed while it runs, with the same entries', async () => {
    const place = placeOf('healed');
    const server = await startCollector(place);
    onTestFinished(async () => void (await server.kill()));
    await server.ready();
    await caughtUp(place);
    const { newest } = inStore(place);
    const requests = join(archiveOf(place), 'requests');
    const isWhole = (): true | undefined => {
      try {
        const held = heldIn(archiveOf(place));
        return [...newest].every(([id, revision]) => held.get(id) === revision) || undefined;
      } catch {
        return undefined;
      }
    };
    await until('whole archive', isWhole);
    const [one, two, three] = readdirSync(requests).filter((file) => /^\d/.test(file));
    rmSync(join(requests, one!));
    writeFileSync(join(requests, two!), readFileSync(join(requests, two!)).subarray(0, 100));
    const bytes = readFileSync(join(requests, three!));
    bytes[60]! ^= 4;
    writeFileSync(join(requests, three!), bytes);
    rmSync(join(archiveOf(place), 'tool_calls'), { recursive: true });
    expect((await runCommand(place, 'archive', 'verify')).code).toBe(1);
    await until('healed archive', async () => {
      const { sound } = JSON.parse(
        (await runCommand(place, 'archive', 'verify', '--json')).stdout,
      ) as Verified;
      return (sound && isWhole()) || undefined;
    });
    expect((await server.stop()).code).toBe(0);
    await expectWhole(place);
  });

  it('is brought up to date by a command, and examined to the last byte', async () => {
    const place = placeOf('updated');
    await commandJson(place, 'import');
    expect((await runCommand(place, 'archive', 'verify')).code).toBe(1);
    const first = await commandJson<{ added_lines: number }>(place, 'archive', 'update');
    const again = await commandJson<{ added_lines: number }>(place, 'archive', 'update');
    expect([first.added_lines, again.added_lines]).toEqual([inStore(place).newest.size, 0]);
    await expectWhole(place);
    const requests = join(archiveOf(place), 'requests');
    const file = readdirSync(requests).find((name) => name.endsWith('.zst'))!;
    const bytes = readFileSync(join(requests, file));
    bytes[bytes.length - 9]! ^= 16;
    writeFileSync(join(requests, file), bytes);
    const { code, stdout } = await runCommand(place, 'archive', 'verify', '--json');
    expect(code).toBe(1);
    const { sound, faults } = JSON.parse(stdout) as Verified;
    expect(sound).toBe(false);
    expect(faults.map((fault) => fault.file)).toEqual([`requests/${file}`]);
    const text = await runCommand(place, 'archive', 'verify');
    expect(text.stdout).toContain(`requests/${file}`);
    expect(await commandJson(place, 'archive', 'update')).toMatchObject({ healed_files: 1 });
    await expectWhole(place);
  });

  it('is left to the collector while one runs', async () => {
    const place = placeOf('held');
    const server = await startCollector(place);
    onTestFinished(async () => void (await server.kill()));
    expect((await runCommand(place, 'archive', 'update')).code).toBe(69);
  });
});

/** Runs its arguments from the second on with a disk of 96 KiB in $1, until a line comes on descriptor 3. */
const ON_SMALL_DISK = `
mount -t tmpfs -o size=96k,mode=700 small "$1" || exit
{ read -r _line; mount -o remount,size=64m "$1"; } <&3 >/dev/null 2>&1 &
shift && exec "$@" 3<&-`;

describe('an archive on a full disk', () => {
  needs('small-disk')('is waited for, is said, and has everything once there is room', async () => {
    const place = placeOf('small');
    mkdirSync(archiveOf(place), { recursive: true, mode: 0o700 });
    const command = [process.execPath, LAUNCHER, 'serve', '--port', '0'];
    const child = spawn(
      'unshare',
      ['-Urm', 'sh', '-c', ON_SMALL_DISK, 'sh', archiveOf(place), ...command],
      { env: environmentOf(place), stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
    );
    const server = await followCollector(child);
    onTestFinished(async () => void (await server.kill()));
    const said = await until('trouble', async () => {
      const response = await server.get('/readyz');
      const text = await response.text();
      return response.ok && text.includes('ENOSPC') ? text : undefined;
    });
    expect(said).toContain('Cannot write the archive');
    expect((await server.get('/metrics')).status).toBe(200);
    expect(inStore(place).cursorSeq).toBeLessThan(inStore(place).lastSeq);
    (child.stdio[3] as Writable).end('\n');
    await caughtUp(place);
    // Only the collector sees its disk, by way of its own root.
    const seen = join('/proc', String(server.pid), 'root', archiveOf(place));
    expect(heldIn(seen)).toEqual(inStore(place).newest);
    expect(repeatedIn(seen)).toEqual([]);
    expect((await server.stop()).code).toBe(0);
  });
});
