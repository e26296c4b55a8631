import type { PlanPlace } from '../store/plan-rows.ts';
import { knownPlans } from '../rollups/plan-names.ts';
import { listPlans, planDetail } from '../rollups/plans.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { readStore } from './read-store.ts';
import { similarNames } from './similar-names.ts';
import { zoneOf } from './time-options.ts';

/** Flags of `hall-monitor plans`. */
export interface PlansOptions {
  readonly project?: string;
  readonly location?: PlanPlace;
  readonly limit?: number;
  readonly json?: boolean;
  readonly sync: boolean;
}

const TABLE_LIMIT = 50;
const NONE =
  'None known. A plan is a folder in dev/active or dev/complete of a project that a session worked in.';

const OFF = 'They are not looked for: `plans.enabled` is false.';

/** Lists plans, or shows one with all its parts. */
export const run = async (
  name: string | undefined,
  options: PlansOptions,
  context: CommandContext,
): CommandResult =>
  name === undefined ? await list(options, context) : await show(name, options, context);

async function list(options: PlansOptions, context: CommandContext): CommandResult {
  const { terminal } = context;
  const zone = zoneOf(context);
  const { project = null, location = null } = options;
  const limit = options.limit ?? (options.json === true ? null : TABLE_LIMIT);
  const page = await readStore(context, options, (db) =>
    listPlans(db, { nowMs: terminal.nowMs(), project, location, limit }),
  );
  if (options.json === true) {
    terminal.print(jsonText({ timezone: zone.name, plans: page.plans }));
    return;
  }
  const title = `Plans, newest first, ${zone.name}. Completed of all features; cost in USD.`;
  if (page.plans.length === 0) {
    const off = context.config.plans.enabled ? '' : ` ${OFF}`;
    terminal.print(`${title}\n\n${NONE}${off}\n`);
    return;
  }
  const { planTable } = await import('./plan-table.ts');
  const more =
    page.next === null
      ? ''
      : `\nThere are more; see them with --limit ${(limit ?? TABLE_LIMIT) * 5} or --json.\n`;
  terminal.print(`${title}\n\n${planTable(page.plans, zone, terminal)}${more}`);
}

async function show(name: string, options: PlansOptions, context: CommandContext): CommandResult {
  const { terminal } = context;
  const zone = zoneOf(context);
  const nowMs = terminal.nowMs();
  const { project = null, location } = options;
  const { found, known } = await readStore(context, options, (db) => {
    const plans = planDetail(db, name, { nowMs, project }).filter(
      (plan) => location === undefined || plan.location === location,
    );
    const all = plans.length > 0 ? [] : knownPlans(db, { plan: null, project: null });
    return { found: plans, known: all.map((plan) => plan.name) };
  });
  if (found.length === 0) {
    terminal.note(unknownText(name, known));
    return EXIT.failure;
  }
  if (options.json === true) {
    terminal.print(jsonText({ timezone: zone.name, plans: found }));
    return;
  }
  const { planTree } = await import('./plan-tree.ts');
  const trees = found.map((plan) => planTree(plan, zone, terminal));
  terminal.print(`${trees.join('\n')}\nTimes in ${zone.name}; cost in USD at list price.\n`);
}

function unknownText(name: string, known: readonly string[]): string {
  const problem = `hall-monitor: no plan is known as ${escapeText(name)}`;
  if (known.includes(name)) return `${problem} with that --project or --location.\n`;
  const similar = similarNames(name, known).map(escapeText);
  const next =
    similar.length > 0
      ? `Did you mean ${similar.join(' or ')}?`
      : '`hall-monitor plans` lists those that are known; a plan is a folder in dev/active or dev/complete.';
  return `${problem}.\n${next}\n`;
}
