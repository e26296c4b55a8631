import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shimCommand } from '../../../receivers/hooks/shim.ts';
import { SpoolHome } from '../../support/spool-home.ts';

let home: SpoolHome;
beforeEach(() => {
  home = new SpoolHome();
});
afterEach(() => home[Symbol.dispose]());

/** Runs a hook's command as the client does; resolves with what it printed and how it ended. */
const run = (command: string, input: string): Promise<readonly [number | null, string]> =>
  new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], { env: { PATH: process.env['PATH'] } });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (printed += data.toString()));
    child.on('close', (code) => resolve([code, printed]));
    child.stdin.end(input);
  });

/** What the spool holds once so many files were renamed. */
const spooled = async (count: number): Promise<readonly string[]> => {
  while (home.names('new').length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return home.names('new').map((name) => readFileSync(path.join(home.spool, 'new', name), 'utf8'));
};

/**
 * What so many hooks left: renamed, or in `tmp` where another one of that name was renamed meanwhile, from where the
 * collector takes it.
 */
const kept = async (count: number): Promise<readonly string[]> => {
  const files = (): readonly string[] | undefined => {
    const [renamed, left] = [home.names('new'), home.names('tmp')];
    const isOver = left.every((name) => renamed.includes(name));
    if (!isOver || renamed.length + left.length < count) return undefined;
    return [...renamed.map((name) => `new/${name}`), ...left.map((name) => `tmp/${name}`)];
  };
  let found = files();
  for (; found === undefined; found = files())
    await new Promise((resolve) => setTimeout(resolve, 5));
  return found.map((name) => readFileSync(path.join(home.spool, name), 'utf8'));
};

describe('the command of a hook', () => {
  const command = (): string => shimCommand({ scope: 'user', spool: home.spool });

  it('keeps what many hooks are told at once, each in a file of its own', async () => {
    const inputs = Array.from({ length: 50 }, (_, index) => `{"hook":${index}}`);
    const ended = await Promise.all(inputs.map((input) => run(command(), input)));
    expect(new Set(ended.map(String))).toEqual(new Set(['0,']));
    expect(new Set(await spooled(50))).toEqual(new Set(inputs));
  });

  it('keeps all of them even where they have the same process numbers, as in containers', async () => {
    const same = command().replace('n=$$.$PPID-user', 'n=7.1-user');
    expect(same).not.toBe(command());
    const inputs = Array.from({ length: 30 }, (_, index) => `{"hook":${index}}`);
    await Promise.all(inputs.map((input) => run(same, input)));
    expect((await kept(30)).toSorted()).toEqual(inputs.toSorted());
  });

  it('writes nothing into a file that is there already', async () => {
    const same = command().replace('n=$$.$PPID-user', 'n=7.1-user');
    home.put('{"older":1}', { name: '7.1-user' });
    home.put('{"half', { name: '07.1-user', folder: 'tmp' });
    await run(same, '{"newer":1}');
    expect(new Set(await spooled(2))).toEqual(new Set(['{"older":1}', '{"newer":1}']));
    expect(readFileSync(path.join(home.spool, 'tmp', '07.1-user'), 'utf8')).toBe('{"half');
  });

  it('gives up silently where every name is taken', async () => {
    const same = command().replace('n=$$.$PPID-user', 'n=7.1-user');
    for (let zeros = 0; zeros < 64; zeros++)
      home.put('{}', { name: `${'0'.repeat(zeros)}7.1-user` });
    expect(await run(same, '{"lost":1}')).toEqual([0, '']);
    expect(home.names('tmp')).toEqual([]);
  });

  it.each(["/spool with spaces and 'quotes'", '/$(touch hacked)/`x`', '/ünï'])(
    'finds a spool at %s',
    async (place) => {
      const spool = new SpoolHome(place);
      try {
        await run(shimCommand({ scope: 'local', spool: spool.spool }), '{"a":1}');
        while (spool.names('new').length < 1)
          await new Promise((resolve) => setTimeout(resolve, 5));
        expect(spool.names('new')[0]).toMatch(/-local$/);
      } finally {
        spool[Symbol.dispose]();
      }
    },
  );
});
