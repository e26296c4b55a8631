/** What all panels have in common: texts, units, thresholds, colours. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  type DynamicConfigValue,
  type FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Query } from './target.ts';

/** A colour and the value from which it holds. */
export type Step = readonly [value: number, color: string];

/** What every panel that shows data has to say. */
export interface PanelTraits {
  readonly title: string;
  /** What is shown and how it is computed. */
  readonly description: string;
  /** Unit as Grafana names it. */
  readonly unit: string;
  /** What stands there instead of data: why there is none and what to do. */
  readonly noValue: string;
  readonly queries: readonly Query[];
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** What is good and bad; the first colour holds below the first step. */
  readonly thresholds?: readonly [base: string, ...steps: readonly Step[]];
  /** Fixed colours of series by name. */
  readonly colors?: Readonly<Record<string, string>>;
  /** Other units of single series or columns by name. */
  readonly units?: Readonly<Record<string, string>>;
}

/** The part of the builders of all kinds of panels that is used here. */
export interface AnyPanel extends cog.Builder<Panel> {
  readonly id: (id: number) => AnyPanel;
  readonly gridPos: (place: GridPos) => AnyPanel;
}

interface Dressable {
  title: (title: string) => this;
  description: (description: string) => this;
  datasource: (reference: { type: string; uid: string }) => this;
  unit: (unit: string) => this;
  decimals: (decimals: number) => this;
  min: (min: number) => this;
  max: (max: number) => this;
  noValue: (text: string) => this;
  thresholds: (thresholds: ThresholdsConfigBuilder) => this;
  colorScheme: (color: FieldColorBuilder) => this;
  overrideByName: (name: string, properties: DynamicConfigValue[]) => this;
}

/** Colours that mean the same on every dashboard. */
export const GOOD = 'green';
export const NEUTRAL = 'blue';
export const WARNING = 'orange';
export const BAD = 'red';

/** Colours of the types of tokens, of outcomes and of what asked. */
export const COLORS = {
  tokens: {
    input: 'blue',
    output: 'orange',
    cache_read: 'green',
    cache_creation: 'purple',
    web_search: 'yellow',
  },
  outcomes: { success: 'green', failure: 'red', denied: 'orange' },
  decisions: { allowed: 'green', denied: 'orange' },
  requesters: { main: 'blue', subagent: 'purple', auxiliary: 'yellow' },
  lines: { added: 'green', removed: 'red' },
} as const;

/** Gives a panel what all have in common. */
export function dressed<T extends Dressable>(panel: T, traits: PanelTraits): T {
  const { title, description, unit, noValue, decimals, min, max, thresholds, colors, units } =
    traits;
  panel.title(title).description(description).unit(unit).noValue(noValue);
  if (decimals !== undefined) panel.decimals(decimals);
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.max(max);
  panel.thresholds(thresholdsOf(thresholds ?? [NEUTRAL]));
  for (const [name, color] of Object.entries(colors ?? {})) {
    panel.overrideByName(name, [
      { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: color } },
    ]);
  }
  for (const [name, other] of Object.entries(units ?? {})) {
    panel.overrideByName(name, [{ id: 'unit', value: other }]);
  }
  return panel;
}

function thresholdsOf([base, ...steps]: readonly [
  string,
  ...(readonly Step[]),
]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    // Grafana itself writes null for "from the very beginning"; the SDK's default of it is the same.
    { value: null, color: base },
    ...steps.map(([value, color]) => ({ value, color })),
  ]);
}
