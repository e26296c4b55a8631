/**
 * A home in which everything happens that dashboards tell of: a month of sessions in several projects, the recorded run
 * of the real client moved to today with its hooks, a plan that is worked on, and budgets. Everything ends now.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCorpus } from './corpus-generator.ts';
import { manifestLine, PlanProject } from './plan-project.ts';
import { type Place, until } from './running-command.ts';
import type { RunningCollector } from './running-server.ts';

const CLIENT = fileURLToPath(new URL('../fixtures/client-2.1.329/', import.meta.url));
const TIMESTAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const PLAN = 'checkout';
const PLAN_SESSION = '7f1c2d3e-0000-4000-8000-00000000c0de';
const DAY_MS = 86_400_000;

/** What the plan's features become, and how many events have been told of it then. */
const PLAN_STEPS = [
  { statuses: ['pending', 'pending', 'pending'], told: 1 },
  { statuses: ['in_progress', 'pending', 'pending'], told: 2 },
  { statuses: ['completed', 'in_progress', 'pending'], told: 4 },
  { statuses: ['completed', 'failed', 'pending'], told: 5 },
  { statuses: ['completed', 'in_progress', 'pending'], told: 6 },
];

/** Such a home, and its plan. */
export interface LivelyHome extends Place {
  readonly plan: PlanProject;
}

/** Writes the month that is over; `days` before `nowMs` something happens already. */
export function writeLivelyHome(
  folder: string,
  { nowMs, days, mb }: { readonly nowMs: number; readonly days: number; readonly mb: number },
): LivelyHome {
  const claudeDir = join(folder, 'claude');
  const planFolder = join(folder, 'shop');
  // A session of the corpus may go on for a day after it began, so none begins on the last one.
  writeCorpus(claudeDir, { mb, seed: 47, days, end: new Date(nowMs - DAY_MS / 2).toISOString() });
  writeClientRun(claudeDir, nowMs);
  return {
    home: join(folder, 'home'),
    claudeDir,
    env: {
      HALL_MONITOR_PLANS_ROOTS: planFolder,
      HALL_MONITOR_BUDGETS_DAY_USD: '50',
      HALL_MONITOR_BUDGETS_SESSION_USD: '5',
    },
    plan: new PlanProject({
      folder: planFolder,
      claudeDir,
      session: PLAN_SESSION,
      branch: `plan/${PLAN}`,
    }),
  };
}

/** The recorded run, moved so that it ended a minute ago. */
function writeClientRun(claudeDir: string, nowMs: number): void {
  const to = join(claudeDir, 'projects');
  cpSync(join(CLIENT, 'projects'), to, { recursive: true });
  const files = readdirSync(join(CLIENT, 'projects'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => join(to, file));
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const lastMs = Math.max(
    ...texts.flatMap((text) => (text.match(TIMESTAMP) ?? []).map((moment) => Date.parse(moment))),
  );
  const laterMs = nowMs - 60_000 - lastMs;
  files.forEach((file, index) => {
    const moved = (texts[index] ?? '').replaceAll(TIMESTAMP, (moment) =>
      new Date(Date.parse(moment) + laterMs).toISOString(),
    );
    writeFileSync(file, moved);
  });
}

/** Lets happen, while a collector runs, what happens only then: the hooks of the run, and steps of the plan. */
export async function liveOn(server: RunningCollector, { plan }: LivelyHome): Promise<void> {
  for (const payload of readFileSync(join(CLIENT, 'hooks.jsonl'), 'utf8').trimEnd().split('\n')) {
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${server.url}/hooks`, {
      method: 'POST',
      headers,
      body: payload,
    });
    if (status !== 200) throw new Error(`A hook was answered with ${status}.`);
  }
  for (const { statuses, told } of PLAN_STEPS) {
    plan.work();
    plan.writeManifest(
      PLAN,
      statuses.map((status, place) => manifestLine(`F${place + 1}`, status)),
    );
    await until('plan events', async () => {
      const { data } = await server.json<{ data: readonly object[] }>(
        '/api/plans/events?limit=100',
      );
      return data.length >= told ? true : undefined;
    });
  }
}
