import { backfill, type BackfillResult } from '../../receivers/transcripts/backfill.ts';
import { Positions } from '../../receivers/transcripts/plan-readings.ts';
import { transcriptRoots } from '../../receivers/transcripts/discover.ts';
import type { Config } from '../config/schema.ts';
import { type StoreCounts, storeCounts } from '../rollups/store-counts.ts';
import { type Collector, openCollector, readerThreads } from './collector.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { countText } from './figures.ts';
import { lookAtPlans } from './look-at-plans.ts';
import { createProgressBar } from './progress.ts';
import { hasSpooledHooks } from './spool-place.ts';

/** How the import is wanted. */
export interface ImportOptions extends CommandContext {
  readonly json: boolean;
}

const LOCK_WAIT_MS = 2_000;
/** Files that could not be read are named up to this many. */
const MAX_PROBLEMS = 10;
const BYTES_PER_MEBIBYTE = 1024 * 1024;

/** Reads all transcripts once into the store; the counts are those of the store afterwards. */
export const run = async ({ config, terminal, json }: ImportOptions): CommandResult => {
  const startedMs = performance.now();
  const { home, claudeDirs, pricing } = config;
  const collector = await openCollector({
    home,
    overrideFile: pricing.overrideFile,
    waitMs: LOCK_WAIT_MS,
    onRecovery: (text) => terminal.note(`hall-monitor: ${escapeText(text)}\n`),
  });
  const bar = createProgressBar({
    note: terminal.note,
    isTerminal: process.stderr.isTTY,
    now: terminal.nowMs,
  });
  const problems: string[] = [];
  try {
    const read = await backfill({
      claudeDirs,
      positions: new Positions(collector.origins('transcript')),
      sink: collector.sink,
      onProgress: bar.show,
      onProblem: (path, reason) => problems.push(`${path}: ${reason}`),
      threads: readerThreads(),
    });
    collector.settle();
    const hooks = await drained(collector, config);
    const plans = await lookAtPlans(collector, config);
    bar.clear();
    const counts = storeCounts(collector.store.db);
    const durationMs = Math.round(performance.now() - startedMs);
    const done: Done = { counts, read, hooks, plans, durationMs, unreadable: problems.length };
    terminal.print(json ? jsonText(figures(done)) : summary(done, config));
  } finally {
    bar.clear();
    collector.close();
  }
  for (const problem of problems.slice(0, MAX_PROBLEMS))
    terminal.note(`hall-monitor: cannot read ${escapeText(problem)}\n`);
  if (problems.length > MAX_PROBLEMS)
    terminal.note(`hall-monitor: and ${problems.length - MAX_PROBLEMS} more\n`);
};

/** Payloads of hooks that waited; the code that understands them is loaded only where there are any. */
const drained = async (collector: Collector, config: Config): Promise<number> => {
  if (!hasSpooledHooks(config.home)) return 0;
  const { drainHooks } = await import('./drain-hooks.ts');
  return await drainHooks(collector, config);
};

/** What was done, and what the store holds now. */
interface Done {
  readonly counts: StoreCounts;
  readonly read: BackfillResult;
  /** Payloads of hooks that waited in the spool. */
  readonly hooks: number;
  /** Plans that were new or had changed. */
  readonly plans: number;
  readonly durationMs: number;
  readonly unreadable: number;
}

const figures = ({ counts, read, hooks, plans, durationMs, unreadable }: Done) => ({
  files: counts.files,
  bytes: counts.bytes,
  lines: counts.lines,
  requests: counts.requests,
  tool_calls: counts.toolCalls,
  sessions: counts.sessions,
  rejected_lines: counts.rejectedLines,
  read_files: read.filesRead,
  read_bytes: read.bytesRead,
  read_hooks: hooks,
  read_plans: plans,
  unreadable_files: unreadable,
  duration_ms: durationMs,
  peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
});

const summary = (
  { counts, read, hooks, plans, durationMs }: Done,
  { home, claudeDirs }: Config,
): string => {
  const rate = ((read.bytesRead / BYTES_PER_MEBIBYTE) * 1000) / Math.max(1, durationMs);
  const roots = transcriptRoots(claudeDirs);
  const kept: readonly (readonly [string, number])[] = [
    ['requests', counts.requests],
    ['tool calls', counts.toolCalls],
    ['sessions', counts.sessions],
    ['lines read', counts.lines],
    ['lines rejected', counts.rejectedLines],
  ];
  const amount = `${countText(read.filesRead)} of ${countText(read.filesFound)} transcripts (${sizeText(read.bytesRead)})`;
  return [
    `Read ${amount} in ${(durationMs / 1000).toFixed(1)} s, ${rate.toFixed(0)} MiB/s.`,
    roots.length === 0
      ? `No transcripts: there is no projects folder in ${claudeDirs.join(' or ')}.`
      : `From ${roots.join(', ')}`,
    ...(hooks === 0 ? [] : [`And ${countText(hooks)} hooks that waited in the spool.`]),
    ...(plans === 0
      ? []
      : [`And ${countText(plans)} plan${plans === 1 ? '' : 's'}, new or changed.`]),
    `The store in ${home} now holds:`,
    ...kept.map(([name, count]) => `  ${name.padEnd(16)}${countText(count).padStart(14)}`),
    'Next: hall-monitor report daily',
    '',
  ].join('\n');
};

const sizeText = (bytes: number): string =>
  `${(bytes / BYTES_PER_MEBIBYTE).toLocaleString('en-US', { maximumFractionDigits: 1 })} MiB`;
