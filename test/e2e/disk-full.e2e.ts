import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { describe, expect, onTestFinished } from 'vitest';
import { restDifferences } from '../support/corpus-answer.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { needs } from '../support/offers.ts';
import { environmentOf, LAUNCHER, temporaryFolder, until } from '../support/running-command.ts';
import { followCollector } from '../support/running-server.ts';

/**
 * Runs the rest of its arguments with a small disk in $1, most of which is taken by a file that goes away when a line
 * comes on descriptor 3.
 */
const ON_SMALL_DISK = `
mount -t tmpfs -o size=12m,mode=700 small "$1" &&
head -c 11000000 /dev/zero > "$1/other" &&
{ { read -r _line; rm "$1/other"; } <&3 & } &&
shift && exec "$@" 3<&-`;

describe('a full disk', () => {
  needs('small-disk')('is waited out, and nothing is lost', async () => {
    const { folder, remove } = temporaryFolder();
    const place = { home: join(folder, 'disk', 'home'), claudeDir: join(folder, 'claude') };
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const answer = writeCorpus(place.claudeDir, { mb: 24, seed: 51 });
    const command = [process.execPath, LAUNCHER, 'serve', '--port', '0'];
    const child = spawn('unshare', ['-Urm', 'sh', '-c', ON_SMALL_DISK, 'sh', disk, ...command], {
      env: environmentOf(place),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    onTestFinished(remove);
    const server = await followCollector(child);
    onTestFinished(async () => void (await server.kill()));
    const reasons = await until('trouble', async () => {
      const response = await server.get('/readyz');
      const text = await response.text();
      return response.status === 503 && text.includes('disk is full') ? text : undefined;
    });
    expect(reasons).toContain('Cannot write to the store');
    expect((await server.get('/healthz')).status).toBe(200);
    expect((await server.get('/api/sessions')).status).toBe(200);
    (child.stdio[3] as Writable).end('\n');
    await server.ready();
    expect(await restDifferences(answer, server)).toEqual([]);
    expect((await server.stop()).code).toBe(0);
  });
});
