/** The promise that a crash loses nothing and doubles nothing, with the crash that gives no warning: SIGKILL. */
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  commandLineDifferences,
  type ImportCounts,
  importDifferences,
} from '../support/corpus-answer.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import {
  appendResponse,
  liveFile,
  liveLine,
  liveMessageId,
  liveSession,
} from '../support/corpus-live.ts';
import { createRandom, type Random } from '../support/corpus-random.ts';
import type { CorpusAnswer } from '../support/corpus-tally.ts';
import { needs } from '../support/offers.ts';
import {
  commandJson,
  endOf,
  type Ended,
  type Place,
  startCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';

/** 50 take one to two minutes and are for whoever changes how things are stored. */
const KILLS = Number(process.env['HALL_MONITOR_KILLS'] ?? 8);
const LIVE_KILLS = 5;
const SIZE_MB = 96;
const SECONDS_PER_KILL = 30;

/** Bytes of the store and its log: they change with every commit. */
const storeBytes = (home: string): number =>
  ['hall-monitor.db', 'hall-monitor.db-wal'].reduce(
    (sum, name) => sum + (statSync(join(home, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

/** Starts an import and kills it after the store has changed some times; an import that is done before ends by itself. */
async function importAndKill(place: Place, random: Random): Promise<Ended> {
  const child = startCommand(place, ['import', '--json']);
  const ended = endOf(child);
  let changesLeft = random.between(1, 8);
  const restMs = random.between(0, 25);
  let bytes = storeBytes(place.home);
  const timer = setInterval(() => {
    const now = storeBytes(place.home);
    if (now === bytes) return;
    bytes = now;
    changesLeft -= 1;
    if (changesLeft > 0) return;
    clearInterval(timer);
    setTimeout(() => child.kill('SIGKILL'), restMs);
  }, 1);
  const end = await ended;
  clearInterval(timer);
  return end;
}

/** What SQLite itself finds wrong with a store, and whether its log has gaps. */
function storeFaults(home: string): readonly unknown[] {
  const db = new Database(join(home, 'hall-monitor.db'), { readonly: true });
  try {
    const integrity = db
      .prepare('PRAGMA integrity_check')
      .pluck()
      .all()
      .filter((text) => text !== 'ok');
    const { last, count, first } = db
      .prepare('SELECT max(seq) AS last, min(seq) AS first, count(*) AS count FROM event')
      .get() as Record<string, number>;
    const isGapFree = first === 1 && last === count;
    const twice = db
      .prepare('SELECT kind, ref, revision FROM event GROUP BY 1, 2, 3 HAVING count(*) > 1')
      .all();
    return [...integrity, ...(isGapFree ? [] : [{ first, last, count }]), ...twice];
  } finally {
    db.close();
  }
}

describe('kill -9', () => {
  const { folder, remove } = temporaryFolder();
  const claudeDir = join(folder, 'claude');
  let answer: CorpusAnswer;

  beforeAll(() => {
    answer = writeCorpus(claudeDir, { mb: SIZE_MB, seed: 21, dirty: true });
  });
  afterAll(remove);

  needs('posix')(
    `of an import, ${KILLS} times at random points, costs nothing`,
    async () => {
      const random = createRandom(22);
      let kills = 0;
      for (let round = 0; kills < KILLS; round++) {
        const place: Place = { home: join(folder, `home-${round}`), claudeDir };
        const killedInRound: Ended[] = [];
        let end = await importAndKill(place, random);
        while (end.signal === 'SIGKILL') {
          killedInRound.push(end);
          end = await importAndKill(place, random);
        }
        expect(end.code).toBe(0);
        // Only what was killed before it could say that it is done was killed on the way.
        kills += killedInRound.filter(({ stdout }) => stdout === '').length;
        expect(round, 'rounds in which nothing was killed on the way').toBeLessThan(3 * KILLS);
        const counts = await commandJson<ImportCounts>(place, 'import');
        expect(importDifferences(answer, counts)).toEqual([]);
        expect(storeFaults(place.home)).toEqual([]);
        expect(await commandLineDifferences(answer, place)).toEqual([]);
      }
    },
    KILLS * SECONDS_PER_KILL * 1000,
  );

  needs('posix')('of the collector while transcripts grow costs nothing', async () => {
    const random = createRandom(23);
    const place: Place = {
      home: join(folder, 'home-live'),
      claudeDir: join(folder, 'claude-live'),
    };
    let written = 0;
    const append = (): void => {
      written += 1;
      appendResponse(place.claudeDir, {
        messageId: liveMessageId(written),
        session: liveSession(written % 7),
        atMs: Date.now(),
        outputTokens: written,
      });
    };
    let rest = '';
    /** A collector that has read everything, the second half of a line included. */
    const start = async (): Promise<RunningCollector> => {
      const server = await startCollector(place);
      await server.ready();
      appendFileSync(liveFile(place.claudeDir, liveSession(0)), rest);
      return server;
    };
    append();
    for (let kill = 0; kill < LIVE_KILLS; kill++) {
      const server = await start();
      const writer = setInterval(append, 1);
      const target = written + random.between(50, 400);
      await until('growth', () => (written >= target ? true : undefined));
      const end = await server.kill();
      clearInterval(writer);
      expect(end.signal).toBe('SIGKILL');
      written += 1;
      const line = liveLine({
        messageId: liveMessageId(written),
        session: liveSession(0),
        atMs: Date.now(),
        outputTokens: written,
      });
      // The next one finds half a line.
      const cut = random.between(1, line.length - 1);
      appendFileSync(liveFile(place.claudeDir, liveSession(0)), line.slice(0, cut));
      rest = line.slice(cut);
    }
    const server = await start();
    try {
      const totals = await until('last response', async () => {
        const costs = await server.json<{ totals: Record<string, number> }>('/api/metrics/costs');
        return (costs.totals['requests'] ?? 0) >= written ? costs.totals : undefined;
      });
      expect({ requests: totals['requests'], output: totals['output_tokens'] }).toEqual({
        requests: written,
        output: (written * (written + 1)) / 2,
      });
    } finally {
      expect((await server.stop()).code).toBe(0);
    }
    expect(storeFaults(place.home)).toEqual([]);
  });
});
