/** Raw traces end to end: kept by a collector that is killed again and again, read when the transcripts are gone. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { ConversationMessage } from '../../src/records/conversation.ts';
import { createRandom } from '../support/corpus-random.ts';
import { needs } from '../support/offers.ts';
import {
  commandJson,
  type Place,
  runCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';
import { seededSecrets } from '../support/seeded-secrets.ts';

const TOKEN = 'a-long-random-token';
const SESSION = '5cb6b27a-9207-463e-83c6-3b402ee1bda6';
const KILLS = 6;
const random = createRandom(5);
const { folder, remove } = temporaryFolder();
const place: Place = {
  home: path.join(folder, 'home'),
  claudeDir: path.join(folder, 'claude'),
  env: { HALL_MONITOR_RAW_TRACES_ENABLED: 'true', HALL_MONITOR_TOKEN: TOKEN },
};
const project = path.join(place.claudeDir, 'projects', '-home-dev-shop');
const main = path.join(project, `${SESSION}.jsonl`);
const agent = path.join(project, SESSION, 'subagents', 'agent-a1.jsonl');
const secrets = seededSecrets(77);
const told: string[] = [];

beforeAll(() => mkdirSync(path.dirname(agent), { recursive: true }));
afterAll(remove);

/** Something is said in the session or its subagent; sometimes with a secret in it. */
const say = (): void => {
  const n = told.length;
  const isAgent = random.chance(0.3);
  const content = `message ${n} ${random.chance(0.5) ? random.pick(secrets).written : ''} ${random.prose(random.between(10, 20_000))}`;
  const line = JSON.stringify({
    type: 'user',
    uuid: random.uuid(),
    parentUuid: null,
    sessionId: SESSION,
    isSidechain: isAgent,
    ...(isAgent && { agentId: 'a1' }),
    cwd: '/home/dev/shop',
    timestamp: new Date(Date.UTC(2026, 10, 20) + n * 1000).toISOString(),
    message: { role: 'user', content },
  });
  told.push(`message ${n} `);
  appendFileSync(isAgent ? agent : main, `${line}\n`);
};

const rows = (): number => {
  const file = path.join(place.home, 'raw-traces.db');
  if (!statSync(file, { throwIfNoEntry: false })) return 0;
  const db = new Database(file, { readonly: true, timeout: 5_000 });
  try {
    return Number(db.prepare('SELECT count(*) FROM raw_traces').pluck().get());
  } catch {
    // Killed before it had tables.
    return 0;
  } finally {
    db.close();
  }
};
const allKept = (): Promise<true> =>
  until('last line', () => (rows() === told.length ? true : undefined));
const beginnings = (messages: readonly ConversationMessage[]): readonly string[] =>
  messages.map(({ parts }) => /^message \d+ /.exec(parts[0]!.text)?.[0] ?? '');

describe('raw traces of a collector', () => {
  needs('posix')(
    'have every line once though it is killed again and again, and outlive the transcripts',
    async () => {
      for (let kill = 0; kill < KILLS; kill++) {
        for (let n = 0; n < 40; n++) say();
        const collector = await startCollector(place);
        const before = rows();
        if (kill % 2 === 0) await until('progress', () => (rows() > before ? true : undefined));
        for (let n = 0; n < 20; n++) say();
        await new Promise((resolve) => setTimeout(resolve, random.between(0, 1_200)));
        await collector.kill();
      }
      const collector = await startCollector(place);
      await collector.ready();
      await allKept();
      rmSync(project, { recursive: true });

      const { messages, source } = await commandJson<{
        source: string;
        messages: ConversationMessage[];
      }>(place, 'sessions', SESSION.slice(0, 8), '--messages', '--no-sync');
      expect(source).toBe('raw traces');
      expect(beginnings(messages)).toEqual(told);
      expect(new Set(messages.map(({ thread }) => thread))).toEqual(new Set(['main', 'subagent']));

      const text = await runCommand(
        place,
        'sessions',
        SESSION,
        '--messages',
        '--full',
        '--limit',
        '5',
      );
      expect(text.stdout).toContain('message 0 ');
      expect(text.stdout).not.toContain('\u001b');
      expect(text.stdout).toContain('There are more');

      const overHttp: ConversationMessage[] = [];
      for (let cursor = ''; ;) {
        const url = `${collector.url}/api/sessions/${SESSION}/messages?limit=50${cursor}`;
        expect((await fetch(url)).status).toBe(401);
        const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
        const page = (await response.json()) as {
          data: ConversationMessage[];
          next: string | null;
        };
        overHttp.push(...page.data);
        if (page.next === null) break;
        cursor = `&cursor=${page.next}`;
      }
      expect(overHttp).toEqual(messages);
      expect(await (await collector.get('/metrics')).text()).toContain(
        'hall_monitor_redacted_total{type="',
      );
      expect((await collector.stop()).code).toBe(0);

      for (const name of readdirSync(place.home).filter((each) =>
        each.startsWith('raw-traces.db'),
      )) {
        const file = path.join(place.home, name);
        expect(statSync(file).mode & 0o077).toBe(0);
        const bytes = readFileSync(file).toString('latin1');
        expect(
          secrets.filter(({ secret }) => bytes.includes(secret)).map(({ type }) => type),
        ).toEqual([]);
      }
      const db = new Database(path.join(place.home, 'raw-traces.db'), { readonly: true });
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      db.close();
    },
  );
});
