import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import type { PlanDetail } from '../../src/rollups/plans.ts';
import { batch, request, toolCall } from '../pipeline/ingest-fixture.ts';
import {
  createPlanStore,
  feature,
  minute,
  PROJECT,
  type PlanStore,
} from '../pipeline/plans/plan-store.ts';

const FOLDER = `${PROJECT}/dev/active/shop`;
const EVIL = 'Ring the\u001b[2J bell';
const F = {
  cart: feature('F001', 'pending', { description: 'Put things into a cart' }),
  till: feature('F002', 'pending', { description: EVIL }),
  bell: feature('F003', 'pending', {
    description: 'A description that is far too long for any terminal that is as wide as they were',
    plannedFiles: ['src/bell.ts', 'src/clapper.ts'],
  }),
};

/** Features with these statuses. */
const manifest = (...statuses: readonly ('pending' | 'in_progress' | 'completed' | 'failed')[]) =>
  Object.values(F).map((each, index) => ({ ...each, status: statuses[index] ?? 'pending' }));

/** A request of a session, and a file that it wrote. */
const writes = (plans: PlanStore, minutes: number, filePath: string): void => {
  const key = `msg_${minutes}`;
  const atMs = minute(minutes);
  const planPath = filePath.startsWith(FOLDER) ? FOLDER : null;
  const call = { tool: 'Edit', callAtMs: atMs + 10, resultAtMs: atMs + 30 };
  plans.commit(
    batch([
      request({ key, atMs, endMs: atMs }),
      toolCall({ key: `toolu_${minutes}`, requestKey: key, filePath, planPath, ...call }),
    ]),
  );
};

/** A plan with a jump, a retry, a regression and a feature that goes on. */
function shop(): PlanStore {
  const plans = createPlanStore();
  const changes = (minutes: number, features: ReturnType<typeof manifest>): void => {
    writes(plans, minutes, `${FOLDER}/manifest.jsonl`);
    plans.show({ atMs: minute(minutes) + 20, features });
  };
  plans.show({ atMs: minute(0), features: manifest() });
  changes(1, manifest('completed'));
  changes(2, manifest('completed', 'in_progress'));
  changes(5, manifest('completed', 'failed'));
  changes(6, manifest('completed', 'in_progress'));
  writes(plans, 7, `${PROJECT}/src/till.ts`);
  changes(8, manifest('completed', 'completed'));
  changes(9, manifest('pending', 'completed', 'in_progress'));
  writes(plans, 10, `${PROJECT}/src/bell.ts`);
  writes(plans, 11, `${PROJECT}/src/other.ts`);
  plans.recountPlans();
  return plans;
}

/** Any command, on the store that lies in a folder. */
async function runIn(home: string, args: string) {
  let out = '';
  let err = '';
  const code = await runCli(args.split(' '), {
    env: { HALL_MONITOR_HOME: home, HALL_MONITOR_CLAUDE_DIRS: '/nowhere' },
    print: (text) => void (out += text),
    note: (text) => void (err += text),
    columns: 80,
    isInteractive: false,
    hasColour: false,
    nowMs: () => minute(20),
  });
  return { code, out, err };
}

async function run(
  plans: PlanStore,
  args: string,
  {
    hasColour = false,
    ...env
  }: { hasColour?: boolean; LANG?: string; HALL_MONITOR_PLANS_ENABLED?: string } = {},
) {
  let out = '';
  let err = '';
  const home = dirname(plans.db.name);
  const code = await runCli(['plans', ...args.split(' ').filter(Boolean), '--no-sync'], {
    env: { HALL_MONITOR_HOME: home, HALL_MONITOR_TIMEZONE: 'Europe/Berlin', ...env },
    print: (text) => void (out += text),
    note: (text) => void (err += text),
    columns: 80,
    isInteractive: false,
    hasColour,
    nowMs: () => minute(20),
  });
  return { code, out, err };
}

const widest = (text: string): number =>
  Math.max(...text.split('\n').map((line) => Array.from(line).length));

describe('hall-monitor plans', () => {
  it('lists plans with progress, time and cost, the newest first', async () => {
    const plans = shop();
    plans.show({ atMs: minute(12), name: 'newer', features: manifest() });
    const { code, out, err } = await run(plans, '');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.split('\n');
    expect(lines[0]).toBe(
      'Plans, newest first, Europe/Berlin. Completed of all features; cost in USD.',
    );
    expect(lines[4]).toMatch(/^newer .* 0\/3 /);
    expect(lines[5]).toMatch(/^shop .* active .* 1\/3 .*\$0\.0\d+ {2}2026-11-20 13:09$/);
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it('shows the same of a store that was just restored from its archive', async () => {
    const plans = shop();
    const home = mkdtempSync(join(tmpdir(), 'hall-monitor-restored-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    plans.db.exec(`VACUUM INTO '${join(home, 'hall-monitor.db')}'`);
    const before = await runIn(home, 'plans shop --json --no-sync');
    expect(before).toMatchObject({ code: 0, out: expect.stringContaining('F003') as string });
    expect((await runIn(home, 'archive update')).code).toBe(0);
    rmSync(join(home, 'hall-monitor.db'));
    expect((await runIn(home, 'archive restore')).code).toBe(0);
    expect(await runIn(home, 'plans shop --json --no-sync')).toEqual(before);
  });

  it('says which plans contradict themselves', async () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), location: 'complete', features: manifest('completed') });
    plans.show({
      atMs: minute(0),
      name: 'open',
      features: manifest('completed', 'completed', 'completed'),
    });
    const { out } = await run(plans, '');
    expect(out).toContain('shop: in dev/complete, 1 of 3 marked completed.');
    expect(out).toContain('open: in dev/active, all 3 marked completed.');
  });

  it('shows only those of a project or a place, and says when there are none', async () => {
    const plans = shop();
    expect((await run(plans, '--project one --location active')).out).toContain('shop');
    expect((await run(plans, '--location complete')).out).toContain('None known.');
    expect((await run(plans, '--project two')).out).toContain('None known.');
    const off = await run(plans, '--project two', { HALL_MONITOR_PLANS_ENABLED: 'false' });
    expect(off.out).toContain('`plans.enabled` is false');
    expect(await run(plans, '--location nowhere')).toMatchObject({ code: 2, out: '' });
  });

  it('says that there are more than it shows', async () => {
    const plans = shop();
    plans.show({ atMs: minute(12), name: 'newer', features: manifest() });
    const { out } = await run(plans, '--limit 1');
    expect(out).toContain('There are more; see them with --limit 5 or --json.');
    expect(out).not.toContain('shop');
  });
});

describe('hall-monitor plans NAME', () => {
  it('is a tree of features with their marks, times and costs', async () => {
    const { code, out, err } = await run(shop(), 'shop');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^shop {2}1\/3 completed {2}\[#{6}-{14}\]$/m);
    expect(out).toMatch(/^ {2}Path +\/home\/dev\/one\/dev\/active\/shop$/m);
    expect(out).toMatch(/^ {2}Where +in dev\/active$/m);
    expect(out).toMatch(/^ {2}Activations +1: work began 2026-11-20 13:01, 19\.0 min$/m);
    expect(out).toMatch(/^ {2}Sessions +session-1$/m);
    expect(out).toMatch(/^ {2}\[ \] F001 {2}Put things into a cart +- +\$0\.0000 +0/m);
    expect(out).toMatch(/^ {2}\[x\] F002 {2}Ring the\\x1b\[2J bell +5\.0 min +\$0\.0\d+/m);
    expect(out).toMatch(/^ {2}\[>\] F003 {2}A description .*\.\.\. +11\.0 min +\$0\.0\d+/m);
    expect(out).toContain('Times in Europe/Berlin');
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it('says in words what the figures do not', async () => {
    const { out } = await run(shop(), 'shop');
    expect(out).toContain('went back once');
    expect(out).toContain('its start was not seen');
    expect(out).toMatch(/attempt 1 failed after 3\.0 min: \$0\.0\d+/);
    expect(out).toMatch(/attempt 2 completed after 2\.0 min: \$0\.0\d+/);
    expect(out).toContain('1 of 2 planned files written and 1 not planned');
  });

  it('shows a status that nobody knows, and features that are gone', async () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: manifest() });
    const blocked = { ...F.cart, status: null, rawStatus: 'blocked' };
    plans.show({ atMs: minute(1), features: [blocked, F.till] });
    const { out } = await run(plans, 'shop');
    expect(out).toContain('the manifest says "blocked", which is no known status');
    expect(out).toMatch(/^ {2}\[-\] F003 /m);
    expect(out).toContain('0/2 completed, 1 removed');
    expect(out).toMatch(/^ {2}\[ \] F002 .* - +- +- +-$/m);
  });

  it('has finer marks and colours where the terminal has them', async () => {
    const plans = shop();
    const coloured = await run(plans, 'shop', { hasColour: true });
    expect(coloured.out).toMatch(/^ {2}\u001b\[32m\[x\]\u001b\[39m F002 {2}Ring/m);
    const { out } = await run(plans, 'shop', { LANG: 'de_DE.UTF-8' });
    expect(out).toMatch(/^ {2}✔ F002 /m);
    expect(out).toMatch(/^ {2}▶ F003 {2}A description .*… /m);
    expect(out).toMatch(/1\/3 completed {2}█{6}░{14}$/m);
  });

  it('has features and a rest that add up to the total, unrounded', async () => {
    const { out } = await run(shop(), 'shop --json');
    const { timezone, plans } = JSON.parse(out) as {
      timezone: string;
      plans: readonly PlanDetail[];
    };
    expect(timezone).toBe('Europe/Berlin');
    const [plan] = plans;
    const parts = [...plan!.features.map(({ usage }) => usage), plan!.rest.usage];
    const sum = (of: 'requests' | 'cost_usd' | 'tool_calls' | 'active_ms'): number =>
      parts.reduce((total, usage) => total + usage[of], 0);
    for (const of of ['requests', 'tool_calls', 'active_ms'] as const)
      expect(sum(of)).toBe(plan!.total.usage[of]);
    expect(sum('cost_usd')).toBeCloseTo(plan!.total.usage.cost_usd, 9);
    expect(plan!.total.usage.requests).toBe(9);
  });

  it('shows every project’s plan of that name, unless one is asked for', async () => {
    const plans = shop();
    plans.show({ atMs: minute(12), checkout: '/home/dev/two', features: manifest() });
    const both = await run(plans, 'shop');
    expect(both.out.match(/^ {2}Path /gm)).toHaveLength(2);
    const { out } = await run(plans, 'shop --project two');
    expect(out).toContain('/home/dev/two/dev/active/shop');
    expect(out).not.toContain('/home/dev/one');
  });

  it('names those that may have been meant where there is none, and ends with 1', async () => {
    const plans = shop();
    const wrong = await run(plans, 'shpo');
    expect(wrong).toEqual({
      code: 1,
      out: '',
      err: 'hall-monitor: no plan is known as shpo.\nDid you mean shop?\n',
    });
    const strange = await run(plans, '\u001b[2Jx');
    expect(strange.code).toBe(1);
    expect(strange.err).toContain('\\x1b[2Jx');
    expect(strange.err).toContain('`hall-monitor plans` lists');
    expect((await run(plans, 'shop --project two')).err).toContain('with that --project');
  });
});
