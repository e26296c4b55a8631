import type { Database } from 'better-sqlite3';
import type { Fill } from '../../exporters/prometheus/history-marks.ts';
import { historyText } from '../../exporters/prometheus/history.ts';
import { prometheusConfig } from '../../exporters/prometheus/deps.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../errors.ts';
import { resolveFilter } from '../rollups/filter.ts';
import { METRICS_WITH_HISTORY } from '../rollups/metric-history.ts';
import { METRICS, type MetricKey } from '../rollups/metric-table.ts';
import { namedProjects } from '../rollups/named-projects.ts';
import { asOfOneMoment } from '../store/snapshot.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText } from './escape.ts';
import { isFile, targetPath, type ExportTarget } from './export-target.ts';
import { countText } from './figures.ts';
import { readStore } from './read-store.ts';
import { rangeOf, zoneOf, type TimeOptions } from './time-options.ts';
import { writeExport } from './write-export.ts';

/** Flags of `hall-monitor export openmetrics`. */
export interface ExportOpenMetricsOptions extends TimeOptions, ExportTarget {
  readonly step: Step;
  readonly fill: Fill;
  readonly project?: string;
  readonly model?: string;
  readonly metric?: readonly string[];
  readonly label?: readonly string[];
  readonly sync: boolean;
}

const STEPS_MS = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '1h': 3_600_000 } as const;

type Step = keyof typeof STEPS_MS;

const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)=(.*)$/s;

/** Writes what `/metrics` would have shown in the past. */
export async function run(
  options: ExportOpenMetricsOptions,
  context: CommandContext,
): CommandResult {
  const { terminal, config } = context;
  const zone = zoneOf(context);
  const nowMs = terminal.nowMs();
  const asked = {
    ...rangeOf(options, zone, nowMs),
    nowMs,
    zone,
    metrics: metricsOf(options.metric),
    extra: labelsOf(options.label, config),
    stepMs: STEPS_MS[options.step],
    fill: options.fill,
    maxSeries: prometheusConfig.parse({}).maxSeries,
  };
  if (isFile(options)) targetPath(options);
  let samples = 0;
  let current = '';
  const progress = {
    metric: (name: string): void => void (current = name),
    sample: (): void => void (samples += 1),
  };
  return await readStore(context, options, async (db) => {
    const request = { ...asked, only: onlyOf(db, options), progress };
    const code = await writeExport(
      asOfOneMoment(db, () => historyText({ db }, request)),
      options,
      {
        terminal,
        progress: () => `${current}, ${countText(samples)} samples`,
        done: () => `${countText(samples)} samples`,
      },
    );
    if (code === 0 && isFile(options)) terminal.note(nextStep(options.out ?? ''));
    return code;
  });
}

const nextStep = (file: string): string => {
  const quoted = /^[\w@%+=:,./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
  return `Next: promtool tsdb create-blocks-from openmetrics --max-block-duration=744h ${escapeText(quoted)} <data folder of Prometheus>\n`;
};

function metricsOf(names: readonly string[] = []): readonly MetricKey[] {
  const known = new Map(METRICS_WITH_HISTORY.map((key) => [METRICS[key].name, key]));
  for (const name of names) {
    if (!known.has(name)) {
      throw new InputError(`The past of ${name} is not known.`, {
        hint: `Known is that of ${[...known.keys()].join(', ')}.`,
      });
    }
  }
  return names.length === 0
    ? METRICS_WITH_HISTORY
    : METRICS_WITH_HISTORY.filter((key) => names.includes(METRICS[key].name));
}

/**
 * The labels that a scrape adds, so that what is told here and what is scraped later are the same series. A label
 * without a value is none.
 */
function labelsOf(
  given: readonly string[] = [],
  { host, port }: Pick<Config, 'host' | 'port'>,
): Readonly<Record<string, string>> {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const labels = new Map([
    ['job', 'hall-monitor'],
    ['instance', `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`],
  ]);
  const taken = new Set(METRICS_WITH_HISTORY.flatMap((key) => METRICS[key].labels as string[]));
  for (const text of given) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? [];
    if (name === '' || name.startsWith('__') || taken.has(name)) {
      throw new InputError(`--label cannot be ${JSON.stringify(text)}.`, {
        hint: `Allowed is name=value with a name that metrics do not have: not ${[...taken].join(', ')}.`,
      });
    }
    labels.set(name, value);
  }
  return Object.fromEntries([...labels].filter(([, value]) => value !== ''));
}

/** Filters choose series and never change one, so they go by labels. */
function onlyOf(
  db: Database,
  options: Pick<ExportOpenMetricsOptions, 'project' | 'model'>,
): Readonly<Record<string, ReadonlySet<string>>> {
  const { project = null, model = null } = options;
  const ids = resolveFilter(db, { project, model, session: null });
  for (const [kind, name, found] of [
    ['project', project, ids.projects],
    ['model', model, ids.models],
  ] as const) {
    if (found?.length === 0) {
      throw new InputError(`There is no ${kind} ${JSON.stringify(name)}.`, {
        hint: `See them with \`hall-monitor report ${kind}\`.`,
      });
    }
  }
  const { labels } = namedProjects(db);
  return {
    ...(ids.projects !== null && {
      project: new Set(ids.projects.flatMap((id) => labels.get(id) ?? [])),
    }),
    ...(model !== null && { model: new Set([model]) }),
  };
}
