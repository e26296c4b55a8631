import type { SettingsLayer } from './telemetry-layers.ts';
import type { TelemetryContent, TelemetryPlan, TelemetrySignal } from './telemetry-plan.ts';

/** What goes with every telemetry, whatever the switches say. */
const ALWAYS = 'costs, token counts, names of tools and your e-mail address';

/** The kinds of content, and what is always sent: `prompts, answers, costs, ...`. */
export function sentText(content: readonly TelemetryContent[]): string {
  return [...content.map(({ what }) => what), ALWAYS].join(', ');
}

/** Signals by where they go: `metrics and logs to https://example.org by grpc`. */
export function signalsText(signals: readonly TelemetrySignal[]): string {
  const byPlace = Map.groupBy(signals, ({ shown, protocol }) =>
    protocol === null ? shown : `${shown} by ${protocol}`,
  );
  return [...byPlace]
    .map(([place, own]) => `${own.map(({ signal }) => signal).join(' and ')} to ${place}`)
    .join(', ');
}

/** What is sent of content under a plan, in a sentence: what is, and what is not. */
export function contentText({ content }: TelemetryPlan): string {
  if (content.length === 0) return 'No prompts, answers, or details of tools are sent.';
  const text = content.map(({ what }) => what).join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} are sent.`;
}

/** Where a setting stands, for people. */
export function layerText({ source, path }: SettingsLayer): string {
  return path ?? (source === 'environment' ? 'the environment of this shell' : source);
}

/** The edit that takes all telemetry out of a file. */
export function removalFix({ path, env, hasHeadersHelper }: SettingsLayer): string {
  const names = [...env.keys()].map((name) => (name.length > 80 ? `${name.slice(0, 80)}…` : name));
  const shown = names.length > 12 ? [...names.slice(0, 12), 'and the like'] : names;
  const parts = [
    ...(names.length === 0 ? [] : [`${shown.join(', ')} from env`]),
    ...(hasHeadersHelper ? ['otelHeadersHelper'] : []),
  ];
  return `Remove ${parts.join(', and ')} in ${path}.`;
}
