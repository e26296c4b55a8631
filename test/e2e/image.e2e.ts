import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { copyContext } from '../support/compose/checkout.ts';
import {
  type FollowedImage,
  followDockerfile,
  namesIn,
  pathWithNode,
} from '../support/compose/follow-dockerfile.ts';
import { ROOT } from '../support/compose/resolved-stack.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { lacking, needs } from '../support/offers.ts';
import { temporaryFolder, until } from '../support/running-command.ts';
import { followCollector } from '../support/running-server.ts';
import { freePort } from '../support/running-prometheus.ts';

interface Locked {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly optional?: boolean }>
  >;
}

const it = needs('posix');
const { folder, remove } = temporaryFolder();
let image: FollowedImage;

/** Environment of a container: that of the image and nothing else. */
const inside = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: pathWithNode('/usr/bin:/bin'),
  ...image.env,
  ...more,
});

describe('the image, built from a clean checkout by its Dockerfile', () => {
  beforeAll(() => {
    if (lacking('posix') !== undefined) return;
    const context = join(folder, 'context');
    mkdirSync(context);
    copyContext(ROOT, context);
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    image = followDockerfile({ dockerfile, context, folder, env: process.env });
  }, 600_000);
  afterAll(remove);

  it('has the Node that the tests run with, and no root', () => {
    expect(image.base).toMatch(new RegExp(`^node:${process.versions.node}-[a-z-]+$`));
    expect(image.user).toBe('1000:1000');
    expect(image.volumes).toEqual(['/data']);
    expect(image.ports).toEqual(['9464']);
  });

  it('holds what runs and nothing that builds or tests', () => {
    expect(namesIn(image, 'app')).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin',
      'dist',
      'docker',
      'node_modules',
      'package.json',
    ]);
    expect(namesIn(image, 'app/docker')).toEqual(['healthcheck.js', 'history.sh']);
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Locked;
    const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
    const isHere = ([path]: readonly [string, unknown]): boolean =>
      existsSync(join(image.root, 'app', path));
    const development = packages.filter(([, { dev = false }]) => dev);
    expect(development.length).toBeGreaterThan(20);
    expect(development.filter(isHere)).toEqual([]);
    const needed = packages.filter(([, one]) => !one.dev && !one.optional);
    expect(needed.filter((one) => !isHere(one))).toEqual([]);
  });

  it('has the command on its path', () => {
    const link = join(image.root, 'usr/local/bin/hall-monitor');
    expect(realpathSync(link)).toBe(realpathSync(join(image.root, 'app/bin/hall-monitor.js')));
    const said = spawnSync('node', [link, '--version'], { env: inside(), encoding: 'utf8' });
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(said.stdout).toContain(version);
  });

  it('starts as it says, answers its own check, and ends when it is told to', async () => {
    const answer = writeCorpus(join(image.root, 'claude'), { mb: 1, seed: 6, days: 2 });
    const env = inside({ HALL_MONITOR_PORT: String(await freePort()) });
    const [program = '', ...args] = [...image.entrypoint, ...image.cmd];
    const child = spawn(program, args, {
      cwd: join(image.root, image.workDir),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const collector = await followCollector(child);
    await collector.ready();
    const [check = '', ...rest] = image.healthcheck;
    const health = (): number | null => spawnSync(check, rest, { env }).status;
    expect(health()).toBe(0);
    const metrics = await (await collector.get('/metrics')).text();
    const written = /^hall_monitor_tokens_total\{[^}]*type="output"[^}]*\} (\d+)$/gm;
    const sum = [...metrics.matchAll(written)].reduce((all, [, value]) => all + Number(value), 0);
    expect(sum).toBe(answer.totals.output_tokens);
    expect(existsSync(join(image.root, 'data/hall-monitor'))).toBe(true);
    expect(await collector.stop()).toMatchObject({ code: 0, signal: null });
    await until('refusal', () => (health() === 1 ? true : undefined));
  });
});
