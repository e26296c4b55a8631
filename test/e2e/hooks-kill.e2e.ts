/** What a hook was told is neither lost nor counted twice, whenever the collector is killed. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, describe, expect } from 'vitest';
import { shimCommand } from '../../receivers/hooks/shim.ts';
import { createRandom } from '../support/corpus-random.ts';
import { needs } from '../support/offers.ts';
import { commandJson, type Place, temporaryFolder, until } from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';

const KILLS = Number(process.env['HALL_MONITOR_KILLS'] ?? 6);
const HOOKS = 600;
const AT_ONCE = 4;
const SECONDS_PER_KILL = 10;

const payload = (id: string): string =>
  JSON.stringify({
    session_id: 'killed-session',
    transcript_path: '/home/dev/.claude/projects/-home-dev-project/killed-session.jsonl',
    cwd: '/home/dev/project',
    hook_event_name: 'Stop',
    prompt_id: id,
  });

/** Runs a hook's command as the client does; rejects where it prints anything or fails. */
const runHook = (command: string, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command]);
    let printed = '';
    child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
    child.stderr.on('data', (data: Buffer) => (printed += data.toString()));
    child.on('close', (code) => {
      if (code === 0 && printed === '') resolve();
      else reject(new Error(`the hook ended with ${code} and printed ${printed}`));
    });
    child.stdin.end(text);
  });

/** Sends a hook over HTTP until a collector has answered that it keeps it. */
const postHook = async (url: () => string, text: string): Promise<void> => {
  for (;;) {
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url()}/hooks`, { method: 'POST', headers, body: text });
      if (answer.status === 200) return;
    } catch {
      // It was killed: whether it had the hook already nobody knows, so this one is told again.
    }
    await sleep(20);
  }
};

/** How often each prompt's end was counted. */
const counted = (home: string): ReadonlyMap<string, number> => {
  const db = new Database(join(home, 'hall-monitor.db'), { readonly: true });
  try {
    const rows = db
      .prepare<[], { id: string; n: number }>(
        "SELECT data ->> 'prompt_id' AS id, count(*) AS n FROM occurrence WHERE type = 'user_stop' GROUP BY 1",
      )
      .all();
    return new Map(rows.map(({ id, n }) => [id, n]));
  } finally {
    db.close();
  }
};

describe('kill -9 of a collector', () => {
  const { folder, remove } = temporaryFolder();
  afterAll(remove);

  needs('posix')(
    `while hooks are told, ${KILLS} times, loses none and counts none twice`,
    async () => {
      const place: Place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
      for (const name of ['tmp', 'new'])
        mkdirSync(join(place.home, 'spool', name), { recursive: true, mode: 0o700 });
      const command = shimCommand({ scope: 'user', spool: join(place.home, 'spool') });
      const random = createRandom(31);
      let server: RunningCollector = await startCollector(place);
      let next = 0;
      const telling = Array.from({ length: AT_ONCE }, async () => {
        while (next < HOOKS) await runHook(command, payload(`spooled-${(next += 1)}`));
      });
      let posted = 0;
      const killing = { isOver: false };
      const posting = (async () => {
        while (!killing.isOver || posted < 50)
          await postHook(() => server.url, payload(`posted-${(posted += 1)}`));
      })();
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(random.between(5, 400));
        await server.kill();
        server = await startCollector(place);
      }
      killing.isOver = true;
      await Promise.all([...telling, posting]);
      await until('empty spool', () =>
        readdirSync(join(place.home, 'spool', 'new')).length === 0 ? true : undefined,
      );
      expect((await server.stop()).code).toBe(0);
      await commandJson(place, 'import');
      const counts = counted(place.home);
      const missing = Array.from({ length: next }, (_, index) => `spooled-${index + 1}`).filter(
        (id) => counts.get(id) !== 1,
      );
      expect(missing).toEqual([]);
      const notPosted = Array.from({ length: posted }, (_, index) => `posted-${index + 1}`).filter(
        (id) => !counts.has(id),
      );
      expect(notPosted).toEqual([]);
      // Only what was never answered is told again, and so may count again: at most one for each kill.
      const twice = [...counts].filter(([id, n]) => id.startsWith('posted') && n > 1);
      expect(twice.length).toBeLessThanOrEqual(KILLS);
    },
    KILLS * SECONDS_PER_KILL * 1000 + 60_000,
  );
});
