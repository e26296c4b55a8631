/**
 * A home in which everything happens that dashboards tell of: a month of sessions in several projects, the recorded run
 * of the real client moved to today with its hooks, a plan that is worked on, and budgets. Everything ends now.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PlanEvent } from '../../src/records/plan.ts';
import { writeCorpus } from './corpus-generator.ts';
import { liveLine, liveMessageId } from './corpus-live.ts';
import { manifestLine, PlanProject } from './plan-project.ts';
import { endOf, environmentOf, LAUNCHER, type Place, until } from './running-command.ts';
import type { RunningCollector } from './running-server.ts';
import { seededSecrets } from './seeded-secrets.ts';
import { user } from './transcript-lines.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const CLIENT = join(FIXTURES, 'client-2.1.329');
/** Recorded runs of the real client of which only the hooks are told. */
const HOOKS = ['denied', 'failing', 'compact'];
/** The session of the run in which a person was asked. */
const DENIED_SESSION = '126066ea-9859-427d-8faa-627da601d2b7';
const THOUGHT_MS = 200;
const NOTIFICATION = JSON.stringify({
  session_id: 'notified',
  cwd: '/home/dev/project',
  hook_event_name: 'Notification',
  message: 'Claude is waiting for your input',
  notification_type: 'idle_prompt',
});
const TIMESTAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const PLAN_SESSION = '7f1c2d3e-0000-4000-8000-00000000c0de';
const DAY_MS = 86_400_000;

/** What the plan's features become, and how often something is told of one of them by then. */
const PLAN_STEPS = [
  { statuses: ['pending', 'pending', 'pending'], told: ['feature_created', 'F3', 1] },
  { statuses: ['in_progress', 'pending', 'pending'], told: ['feature_started', 'F1', 1] },
  { statuses: ['completed', 'in_progress', 'pending'], told: ['feature_completed', 'F1', 1] },
  { statuses: ['completed', 'failed', 'pending'], told: ['feature_failed', 'F2', 1] },
  { statuses: ['completed', 'in_progress', 'pending'], told: ['feature_started', 'F2', 2] },
  { statuses: ['in_progress', 'in_progress', 'pending'], told: ['feature_started', 'F1', 2] },
  { statuses: ['completed', 'in_progress', 'pending'], told: ['feature_completed', 'F1', 2] },
] as const;

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
  writeCorpus(claudeDir, {
    mb,
    seed: 47,
    dirty: true,
    days,
    end: new Date(nowMs - DAY_MS / 2).toISOString(),
  });
  writeClientRun(claudeDir, nowMs);
  writeOtherModels(claudeDir, nowMs);
  return {
    home: join(folder, 'home'),
    claudeDir,
    env: {
      HALL_MONITOR_PLANS_ROOTS: planFolder,
      HALL_MONITOR_RAW_TRACES_ENABLED: 'true',
      HALL_MONITOR_BUDGETS_DAY_USD: '50',
      HALL_MONITOR_BUDGETS_SESSION_USD: '5',
    },
    plan: new PlanProject({
      folder: planFolder,
      claudeDir,
      session: PLAN_SESSION,
      branch: 'plan/checkout-1',
    }),
  };
}

/** Of yesterday: a model that is priced as its sibling, one without a price, and a secret that somebody typed. */
function writeOtherModels(claudeDir: string, nowMs: number): void {
  const session = '0b5e55ed-0000-4000-8000-00000000c0de';
  const file = join(claudeDir, 'projects', '-home-dev-live', `${session}.jsonl`);
  mkdirSync(dirname(file), { recursive: true });
  const lines = ['claude-opus-9', 'homemade-1'].map((model, index) =>
    liveLine({ messageId: liveMessageId(index), session, atMs: nowMs - DAY_MS + index, model }),
  );
  const [secret] = seededSecrets(1);
  const typed = user(`Use ${secret?.written}.`, {
    uuid: 'secret',
    sessionId: session,
    cwd: '/home/dev/live',
    timestamp: new Date(nowMs - DAY_MS).toISOString(),
  });
  writeFileSync(file, `${lines.join('')}${JSON.stringify(typed)}\n`);
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

/** What happens only while a collector runs: hooks, steps of a plan, an interrupt, and a refresh of the status line. */
export async function liveOn(
  server: RunningCollector,
  home: LivelyHome,
  round: 1 | 2,
): Promise<void> {
  const files = ['client-2.1.329/hooks', ...HOOKS.map((name) => `hooks-2.1.329/${name}`)];
  const payloads = files.flatMap((file) =>
    readFileSync(join(FIXTURES, `${file}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n'),
  );
  for (const payload of [...payloads, NOTIFICATION]) await tell(server, ofRound(payload, round));
  // A person thinks before allowing what was asked.
  await sleep(THOUGHT_MS);
  for (const payload of payloads.filter(isAsked))
    await tell(server, ofRound(asEnded(payload), round));
  const plan = `checkout-${round}`;
  for (const { statuses, told } of PLAN_STEPS) {
    home.plan.work();
    home.plan.writeManifest(
      plan,
      statuses.map((status, place) => manifestLine(`F${place + 1}`, status)),
    );
    await until('plan events', async () => {
      const { data } = await server.json<{ data: readonly PlanEvent[] }>(
        '/api/plans/events?limit=1000',
      );
      const [type, feature, times] = told;
      const own = data.filter(
        (event) =>
          event.plan_name === plan && event.event_type === type && event.feature_id === feature,
      );
      return own.length >= times ? true : undefined;
    });
  }
  home.plan.tell(user('[Request interrupted by user]', { uuid: `interrupt-${round}` }));
  await tellLimits(home, 20 * round);
}

/** Whether it tells of a call that a person was asked about. */
function isAsked(payload: string): boolean {
  return payload.includes('"PreToolUse"') && payload.includes(DENIED_SESSION);
}

/** That a call which was begun has ended. */
function asEnded(payload: string): string {
  const call = JSON.parse(payload) as object;
  return JSON.stringify({
    ...call,
    hook_event_name: 'PostToolUse',
    tool_response: {},
    duration_ms: 5,
  });
}

async function tell(server: RunningCollector, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${server.url}/hooks`, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`A hook was answered with ${status}.`);
}

/** The same events as of other sessions, the second time. */
function ofRound(payload: string, round: 1 | 2): string {
  return round === 1
    ? payload
    : payload.replaceAll(/"((?:session|tool_use|prompt|agent)_id)":"/g, '"$1":"second-');
}

/** What the status line is told by a client whose subscription has limits. */
async function tellLimits(home: LivelyHome, used: number): Promise<void> {
  const resetsAt = Math.floor(Date.now() / 1_000) + 3_600;
  const window = { used_percentage: used, resets_at: resetsAt };
  const child = spawn(process.execPath, [LAUNCHER, 'statusline'], { env: environmentOf(home) });
  const ended = endOf(child);
  child.stdin.end(
    JSON.stringify({
      session_id: PLAN_SESSION,
      rate_limits: { five_hour: window, seven_day: window },
    }),
  );
  await ended;
}
