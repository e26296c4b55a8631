import type { PlanFeatureDetail } from '../rollups/plan-features.ts';
import type { PlanUsage } from '../rollups/plan-usage.ts';
import type { PlanActivation, PlanDetail } from '../rollups/plans.ts';
import type { TimeZone } from '../rollups/time-zone.ts';
import { escapeText } from './escape.ts';
import { countText, durationText, usdDecimals } from './figures.ts';
import { renderLines, type TreeLine } from './plan-lines.ts';
import { barText, type FeatureMark, hasUnicode, markText, styled } from './plan-marks.ts';
import { featureRemarks } from './plan-remarks.ts';
import { contradictionOf, costText, doneText, placeText, tokensOf } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { wallText } from './time-options.ts';

const HEADS = ['Time', 'Cost', 'Tokens', 'Files'];

/** One plan as a tree: what it is, a line for each feature, the rest and the total. */
export function planTree(plan: PlanDetail, zone: TimeZone, terminal: Terminal): string {
  const decimals = usdDecimals(plan.total.usage.cost_usd);
  const isRich = hasUnicode(terminal);
  const shape = {
    columns: terminal.columns,
    heads: HEADS,
    markWidth: isRich ? 1 : 3,
    ellipsis: isRich ? '…' : '...',
  };
  const lines = [
    ...plan.features.map((feature) => featureLine(feature, decimals, terminal)),
    ...sumLines(plan, decimals),
  ];
  return `${[...headLines(plan, zone, terminal), '', ...renderLines(lines, shape)].join('\n')}\n`;
}

function headLines(plan: PlanDetail, zone: TimeZone, terminal: Terminal): readonly string[] {
  const { completed, total, removed } = plan.feature_counts;
  const bar = total === 0 ? '' : `  ${barText(completed, total, terminal, 20)}`;
  const gone = removed === 0 ? '' : `, ${countText(removed)} removed`;
  const done = total === 0 ? 'no features yet' : `${doneText(plan)} completed${gone}`;
  const named = (name: string, values: readonly string[]): readonly string[] =>
    values.map((value, index) => escapeText(`  ${(index === 0 ? name : '').padEnd(14)}${value}`));
  return [
    `${styled(escapeText(plan.plan), 'bold', terminal)}  ${done}${bar}`,
    ...named('Path', [plan.path]),
    ...named('Where', [contradictionOf(plan) ?? placeText(plan)]),
    ...named('Created', plan.created === null ? [] : [moment(plan.created, zone)]),
    ...named(
      'Activations',
      plan.activations.map((each) => activationText(each, zone)),
    ),
    ...named(
      'Pull requests',
      plan.pull_requests.map(({ url }) => url),
    ),
    ...named('Sessions', plan.sessions.length === 0 ? ['none known'] : plan.sessions),
  ];
}

const moment = (at: string, zone: TimeZone): string => wallText(zone, Date.parse(at));

/** When work on one activation began and how it stands. */
function activationText(activation: PlanActivation, zone: TimeZone): string {
  const { number, orchestrated, orchestration_started: started, completed } = activation;
  const begun = orchestrated
    ? `work began ${started === null ? 'before it was first seen' : moment(started, zone)}`
    : 'work has not begun';
  const end = completed === null ? '' : `, moved to dev/complete ${moment(completed, zone)}`;
  const taken = activation.duration_ms ?? activation.elapsed_ms;
  const time = taken === null ? '' : `, ${durationText(taken)}`;
  return `${number}: ${begun}${end}${time}`;
}

function featureLine(feature: PlanFeatureDetail, decimals: number, terminal: Terminal): TreeLine {
  const mark: FeatureMark = feature.removed === null ? feature.status : 'removed';
  return {
    mark: markText(mark, terminal),
    id: feature.id,
    text: feature.description ?? '',
    figures:
      feature.attempts.length === 0
        ? HEADS.map(() => '-')
        : [durationText(timeOf(feature)), ...figures(feature.usage, decimals)],
    remarks: featureRemarks(feature, decimals),
  };
}

/** How long all attempts took together, as far as that is known. */
function timeOf({ attempts }: PlanFeatureDetail): number | null {
  const known = attempts.flatMap(
    ({ duration_ms: whole, elapsed_ms: soFar }) => whole ?? soFar ?? [],
  );
  return known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0);
}

const figures = (usage: PlanUsage, decimals: number): readonly string[] => [
  costText(usage, decimals),
  countText(tokensOf(usage)),
  countText(usage.files_touched),
];

/** What belongs to no feature, and all together; their times are those in which somebody was at work. */
function sumLines({ earlier, rest, total }: PlanDetail, decimals: number): readonly TreeLine[] {
  const line = (text: string, usage: PlanUsage): TreeLine => ({
    mark: '',
    id: '',
    text,
    figures: ['', ...figures(usage, decimals)],
    remarks: [],
  });
  return [
    ...(earlier === null ? [] : [line('Features of earlier writings', earlier.usage)]),
    line('Rest: belongs to no feature', rest.usage),
    {
      ...line('Total', total.usage),
      remarks: [
        `${countText(total.usage.requests)} requests, ${countText(total.usage.tool_calls)} tool calls, ${durationText(total.usage.active_ms)} active`,
      ],
    },
  ];
}
