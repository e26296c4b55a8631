import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { PlanPlace } from '../store/plan-rows.ts';
import { REPORT_KINDS, type ReportKind } from '../rollups/report-kinds.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { ExplainOptions } from './explain.ts';
import { MOMENT_FORMS } from './moment-forms.ts';
import type { MessagesOptions } from './session-messages.ts';
import type { PlansOptions } from './plans.ts';
import type { PricingExplainOptions, PricingListOptions } from './pricing.ts';
import type { Registry } from './program.ts';
import type { ReportOptions } from './report.ts';
import type { SessionsOptions } from './sessions.ts';
import type { TailOptions } from './tail.ts';

const PLACES: readonly PlanPlace[] = ['active', 'complete', 'gone'];

type MessagesFlag = MessagesOptions & { readonly messages?: boolean };
type Zoned<T> = T & { readonly timezone?: string };

/** Registers what answers questions: `report`, `sessions`, `plans`, `tail`, `explain` and `pricing`. */
export function registerReadingCommands(registry: Registry): void {
  registerReport(registry);
  registerSessions(registry);
  registerPlans(registry);
  registerTail(registry);
  registerExplain(registry);
  registerPricing(registry);
}

function registerReport({ program, contextWith, action }: Registry): void {
  const command = program
    .command('report')
    .description('sum up what was used, by time or by name')
    .addArgument(new Argument('<kind>', 'what to group by').choices(REPORT_KINDS));
  withTime(command)
    .option('--project <path>', "only this project: its path, or the path's last part")
    .option('--model <id>', 'only this model')
    .option('--session <id>', 'only this session: its id or the beginning of it')
    .option('--json', 'print JSON: unrounded, totals included')
    .option('--csv', 'print CSV: unrounded, without totals')
    .option('--no-sync', 'do not read new transcripts first')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor report daily --since 7d
  hall-monitor report monthly --timezone Europe/Berlin
  hall-monitor report project --since 2026-11-01 --until 2026-12-01    all of November
  hall-monitor report tool --project hall-monitor
  hall-monitor report session --json | jq '.rows[0]'

Costs are list prices at the time of each request, in USD; responses that stand
in several transcripts count once. Weeks begin on Monday.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async (kind: ReportKind, { timezone, ...options }: Zoned<ReportOptions>) => {
        if (options.json === true && options.csv === true) {
          command.error('error: --json and --csv exclude each other');
        }
        const { run } = await import('./report.ts');
        return await run(kind, options, await contextWith({ timezone }));
      }),
    );
}

function registerSessions({ program, contextWith, action }: Registry): void {
  const command = program
    .command('sessions')
    .description('list sessions, newest activity first, or show what was said in one')
    .argument('[id]', 'a session id or its beginning, with --messages');
  withTime(command)
    .option('--messages', 'show what was said in the session [id], subagents included')
    .option('--full', 'with --messages: whole texts and thoughts, not only how they begin')
    .option(
      '--project <path>',
      "only sessions that worked in this project: its path, or the path's last part",
    )
    .option(
      '--limit <number>',
      'how many at most (20 in the table, 500 messages, all otherwise)',
      positive,
    )
    .option('--json', 'print all that is known of each, unrounded')
    .option(
      '--out <file>',
      'write sessions.json: every session, by_day and totals, rounded; - for standard output',
    )
    .option('--no-sync', 'do not read new transcripts first')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor sessions --since today
  hall-monitor sessions --project hall-monitor --limit 5
  hall-monitor sessions --out docs/metrics/sessions.json
  hall-monitor sessions 5fb3233b --messages
  hall-monitor sessions 5fb3233b --messages --json | jq '.messages[] | select(.role == "user")'

Messages come from the raw traces where these are kept (rawTraces.enabled), else from
transcripts while they are there. Secrets are replaced by [redacted:<type>].
Active time is the time between messages less than 5 minutes apart.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(
        async (
          id: string | undefined,
          { timezone, messages = false, ...options }: Zoned<SessionsOptions & MessagesFlag>,
        ) => {
          const wrong = wrongMix(id, messages, options);
          if (wrong !== undefined) command.error(`error: ${wrong}`);
          const context = await contextWith({ timezone });
          if (id === undefined) {
            const { run } = await import('./sessions.ts');
            return await run(options, context);
          }
          const { run } = await import('./session-messages.ts');
          return await run(id, options, context);
        },
      ),
    );
}

/** What of `hall-monitor sessions` does not go together, if anything. */
function wrongMix(
  id: string | undefined,
  messages: boolean,
  { full, out }: SessionsOptions & MessagesFlag,
): string | undefined {
  if ((id === undefined) === messages) return '--messages and the id of a session go together';
  if (!messages && full === true) return '--full goes with --messages';
  return messages && out !== undefined ? '--messages and --out exclude each other' : undefined;
}

function registerPlans({ program, contextWith, action }: Registry): void {
  program
    .command('plans')
    .description('list plans with progress, time and cost, or show one as a tree')
    .argument('[name]', "a plan's name: its folder in dev/active or dev/complete")
    .option('--project <path>', "only plans of this project: its path, or the path's last part")
    .addOption(new Option('--location <place>', 'only plans that lie there').choices(PLACES))
    .option('--limit <number>', 'how many at most (50 in the table, all otherwise)', positive)
    .option('--timezone <name>', "IANA zone that times are told in (the system's)")
    .option('--json', 'print all that is known, unrounded')
    .option('--no-sync', 'do not read new transcripts and plans first')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor plans
  hall-monitor plans --location active --project hall-monitor
  hall-monitor plans my-plan
  hall-monitor plans my-plan --json | jq '.plans[0].features[] | {id, status, cost: .usage.cost_usd}'

A feature's cost is that of the requests between its start and its end, by the
sessions that worked on the plan. What belongs to no feature is the rest; features
and rest add up to the total. Time is from start to end; where the start was not
seen, such as when a feature was marked completed at once, it is not known.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async (name: string | undefined, { timezone, ...options }: Zoned<PlansOptions>) => {
        const { run } = await import('./plans.ts');
        return await run(name, options, await contextWith({ timezone }));
      }),
    );
}

function registerTail({ program, contextWith, action }: Registry): void {
  program
    .command('tail')
    .description('print what happens, as it is recorded, until stopped')
    .option('--session <id>', 'only this session: its id or the beginning of it')
    .option('--project <path>', "only this project: its path, or the path's last part")
    .option('--lines <number>', 'how many of the last entries to begin with', wholeNumber, 10)
    .option('--timezone <name>', "IANA zone that times are told in (the system's)")
    .option('--json', 'print entries and plan events as JSON, one per line')
    .option('--no-sync', 'only what others record; do not look for new transcripts')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor tail
  hall-monitor tail --project hall-monitor --lines 0
  hall-monitor tail --json | jq -c 'select(.event_type == "tool_failed")'

An entry that turns out to be different, such as when a call ends, is printed
again. Where no collector runs, new transcripts are looked for every two seconds.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async ({ timezone, ...options }: Zoned<TailOptions>) => {
        const { run } = await import('./tail.ts');
        return await run(options, await contextWith({ timezone }));
      }),
    );
}

function registerExplain({ program, contextWith, action }: Registry): void {
  program
    .command('explain')
    .description('say where a number comes from: the line it was read from, the price it was given')
    .argument('<id>', 'a message id, a request id, or a session id or its beginning')
    .option('--json', 'print everything as JSON')
    .option('--no-sync', 'do not read new transcripts first')
    .addHelpText(
      'after',
      `\nExamples:\n  hall-monitor explain 5fb3233b\n  hall-monitor explain msg_01XFDUDYJgAACzvnptvVoYEL\n\n${EXIT_CODES_HELP}\n`,
    )
    .action(
      action(async (id: string, options: ExplainOptions) => {
        const { run } = await import('./explain.ts');
        return await run(id, options, await contextWith());
      }),
    );
}

function registerPricing({ program, contextWith, action }: Registry): void {
  const pricing = program
    .command('pricing')
    .description('show prices, and what a request would cost');
  pricing
    .command('list')
    .description('print the price table: every model, period and tier')
    .option('--model <text>', 'only models whose id contains this')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nExample:\n  hall-monitor pricing list --model opus\n\n${EXIT_CODES_HELP}\n`,
    )
    .action(
      action(async (options: PricingListOptions) => {
        const { runList } = await import('./pricing.ts');
        return await runList(options, await contextWith());
      }),
    );
  pricing
    .command('explain')
    .description(
      'say what a request costs and why; a million tokens in and out where no count is given',
    )
    .argument('<model>', 'model id as the API gives it')
    .option('--at <moment>', 'when it was asked, in UTC (now)')
    .option('--input <tokens>', 'fresh input tokens')
    .option('--output <tokens>', 'output tokens')
    .option('--cache-read <tokens>', 'tokens read from the cache')
    .option('--cache-write-5m <tokens>', 'tokens written to the cache for 5 minutes')
    .option('--cache-write-1h <tokens>', 'tokens written to the cache for 1 hour')
    .option('--web-searches <number>', 'web searches')
    .option('--fast', 'fast mode')
    .option('--geo <place>', 'inference_geo of the response, such as us')
    .option('--batch', 'sent as a batch')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nExample:\n  hall-monitor pricing explain claude-opus-5-5 --input 1200 --output 800 --cache-read 90000\n\n${EXIT_CODES_HELP}\n`,
    )
    .action(
      action(async (model: string, options: PricingExplainOptions) => {
        const { runExplain } = await import('./pricing.ts');
        return await runExplain(model, options, await contextWith());
      }),
    );
}

function withTime(command: Command): Command {
  return command
    .option('--since <moment>', `from this moment on: ${MOMENT_FORMS}`)
    .option('--until <moment>', 'up to, not including, this moment; the same forms')
    .option('--timezone <name>', "IANA zone that days and hours are told in (the system's)");
}

function wholeNumber(text: string): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(text)) {
    throw new InvalidArgumentError('Allowed is a whole number from 0 on.');
  }
  return Number(text);
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError('Allowed is a whole number from 1 on.');
  }
  return Number(text);
}
