/**
 * Records what the real client tells its hooks, and the transcripts it writes, as fixtures:
 * `node test/support/client/record-fixtures.ts [folder]`. Every scenario is played with all events registered that may be;
 * `totals.json` has what the client itself says of each session.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REGISTRABLE_EVENTS } from '../../../receivers/hooks/events.ts';
import { temporaryFolder } from '../running-command.ts';
import { totalsBySession } from './client-totals.ts';
import { CLIENT_VERSION, ensureClient } from './installed-client.ts';
import { maskLine, projectSlug, type RecordedAt } from './mask-recording.ts';
import { playScenario } from './play-scenario.ts';
import type { Scenario } from './scenario.ts';
import { compact } from './scenarios/compact.ts';
import { denied } from './scenarios/denied.ts';
import { failing } from './scenarios/failing.ts';
import { queued } from './scenarios/queued.ts';
import { tour } from './scenarios/tour.ts';
import { startStandInApi } from './stand-in-api.ts';

const SCENARIOS = { tour, denied, compact, queued, failing };
const FIXTURES = fileURLToPath(new URL(`../../fixtures/hooks-${CLIENT_VERSION}`, import.meta.url));

/** Settings that put every payload into a file of its own, since hooks of one event run at the same time. */
const RECORDING = {
  hooks: Object.fromEntries(
    REGISTRABLE_EVENTS.map((event) => [
      event,
      [{ hooks: [{ type: 'command', command: 'cat >"$(mktemp "$PAYLOADS/XXXXXXXXXX")"' }] }],
    ]),
  ),
};

/** Texts of the files in a folder, in the order they were written. */
const textsByTime = (folder: string): readonly string[] =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .map((file) => ({ file, atNs: statSync(file, { bigint: true }).mtimeNs }))
    .toSorted((left, right) => Number(left.atNs - right.atNs))
    .map(({ file }) => readFileSync(file, 'utf8'));

function copyTranscripts(at: RecordedAt, into: string): void {
  const projects = join(at.home, '.claude', 'projects', projectSlug(at.workDir));
  for (const name of readdirSync(projects, { recursive: true, encoding: 'utf8' })) {
    if (!/\.jsonl?$/.test(name)) continue;
    const text = readFileSync(join(projects, name), 'utf8');
    const target = join(into, 'projects', projectSlug('/home/dev/project'), name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, maskLines(text.split('\n'), at));
  }
}

const maskLines = (lines: readonly string[], at: RecordedAt): string =>
  lines
    .filter((line) => line.trim() !== '')
    .map((line) => `${maskLine(line, at)}\n`)
    .join('');

async function record(
  name: string,
  scenarioIn: (workDir: string) => Scenario,
  into: string,
): Promise<object> {
  const { folder, remove } = temporaryFolder();
  const at = { home: join(folder, 'home'), workDir: join(folder, 'work') };
  const payloads = join(folder, 'payloads');
  mkdirSync(payloads);
  mkdirSync(join(at.home, '.claude'), { recursive: true });
  writeFileSync(join(at.home, '.claude', 'settings.json'), JSON.stringify(RECORDING));
  const scenario = scenarioIn(at.workDir);
  const api = await startStandInApi(scenario);
  try {
    await playScenario(scenario, { ...at, api, env: { PAYLOADS: payloads } });
    const texts = textsByTime(payloads);
    writeFileSync(join(into, `${name}.jsonl`), maskLines(texts, at));
    copyTranscripts(at, into);
    console.log(`${name}: ${texts.length} payloads`);
    return Object.fromEntries(totalsBySession(api));
  } finally {
    api.close();
    remove();
  }
}

const [into = FIXTURES] = process.argv.slice(2);
if (!ensureClient()) throw new Error('There is no Claude Code here to record.');
rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
const totals: Record<string, object> = {};
for (const [name, scenarioIn] of Object.entries(SCENARIOS))
  totals[name] = await record(name, scenarioIn, into);
writeFileSync(join(into, 'totals.json'), `${JSON.stringify(totals, null, 2)}\n`);
