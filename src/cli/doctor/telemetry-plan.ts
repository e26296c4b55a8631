import type { SettingsLayer } from './telemetry-layers.ts';
import { readDestination, type Destination } from './telemetry-destination.ts';

/** Something that Claude Code sends, and where to. */
export interface TelemetrySignal extends Destination {
  readonly signal: 'metrics' | 'logs' | 'traces';
  readonly protocol: string | null;
  /** The place that named the endpoint; null for the default one. */
  readonly layer: SettingsLayer | null;
}

/** A kind of content that is sent because a switch says so. */
export interface TelemetryContent {
  readonly what: string;
  readonly layer: SettingsLayer;
}

/** What Claude Code would do with its telemetry under some settings. */
export interface TelemetryPlan {
  /** The place that switched the export on; null while it is off. */
  readonly switchedOnBy: SettingsLayer | null;
  readonly signals: readonly TelemetrySignal[];
  readonly content: readonly TelemetryContent[];
  /** Whether the client serves metrics itself, and on which port. */
  readonly prometheusPort: number | null;
}

interface Setting {
  readonly value: string;
  readonly layer: SettingsLayer;
}

const CONTENT = [
  ['OTEL_LOG_USER_PROMPTS', 'prompts'],
  ['OTEL_LOG_ASSISTANT_RESPONSES', 'answers'],
  ['OTEL_LOG_TOOL_DETAILS', 'commands and inputs of tools'],
  ['OTEL_LOG_TOOL_CONTENT', 'what tools read and write'],
  ['OTEL_LOG_RAW_API_BODIES', 'whole conversations'],
] as const;
const ENDPOINT = /_ENDPOINT$/;
const USUAL_PROMETHEUS_PORT = 9464;

/** Works out what holds under layers in order, the strongest last. Source: monitoring reference of Claude Code 2.1.280. */
export function planTelemetry(layers: readonly SettingsLayer[]): TelemetryPlan {
  const settings = effective(layers);
  const on = switchOf(settings, 'CLAUDE_CODE_ENABLE_TELEMETRY');
  const detailed = detailedTraces(settings);
  if (on === null) {
    const switchedOnBy = detailed.length === 0 ? null : (detailed[0]?.layer ?? null);
    return {
      switchedOnBy,
      signals: detailed,
      content: detailed.length === 0 ? [] : contentOf(settings),
      prometheusPort: null,
    };
  }
  const exporters = settings.get('OTEL_METRICS_EXPORTER')?.value ?? '';
  const port = Number(settings.get('OTEL_EXPORTER_PROMETHEUS_PORT')?.value ?? '');
  return {
    switchedOnBy: on,
    signals: [...signalsOf(settings), ...detailed],
    content: contentOf(settings),
    prometheusPort: names(exporters).includes('prometheus') ? port || USUAL_PROMETHEUS_PORT : null,
  };
}

/** What the strongest layer says of each variable. Where an administrator names an endpoint, no other one holds. */
function effective(layers: readonly SettingsLayer[]): ReadonlyMap<string, Setting> {
  const isPrescribed = layers.some(
    ({ source, env }) =>
      source === 'managed' && [...env.keys()].some((name) => ENDPOINT.test(name)),
  );
  return new Map(
    layers.flatMap((layer) =>
      [...layer.env]
        .filter(([name]) => !isPrescribed || layer.source === 'managed' || !ENDPOINT.test(name))
        .map(([name, value]) => [name, { value, layer }]),
    ),
  );
}

function signalsOf(settings: ReadonlyMap<string, Setting>): readonly TelemetrySignal[] {
  const hasTraces = ['CLAUDE_CODE_ENHANCED_TELEMETRY_BETA', 'ENABLE_ENHANCED_TELEMETRY_BETA'].some(
    (name) => switchOf(settings, name) !== null,
  );
  return (['metrics', 'logs', 'traces'] as const)
    .filter((signal) => signal !== 'traces' || hasTraces)
    .filter((signal) =>
      names(settings.get(`OTEL_${signal.toUpperCase()}_EXPORTER`)?.value ?? '').includes('otlp'),
    )
    .map((signal) => {
      const of = (what: string): Setting | undefined =>
        settings.get(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`) ??
        settings.get(`OTEL_EXPORTER_OTLP_${what}`);
      const protocol = of('PROTOCOL')?.value ?? null;
      const named = of('ENDPOINT');
      const usual = `http://localhost:${protocol === 'grpc' ? 4317 : 4318}`;
      const endpoint = readDestination(named?.value ?? usual);
      return { signal, protocol, layer: named?.layer ?? null, ...endpoint };
    });
}

/** A second way out, with switches of its own. */
function detailedTraces(settings: ReadonlyMap<string, Setting>): readonly TelemetrySignal[] {
  const endpoint = settings.get('BETA_TRACING_ENDPOINT');
  if (endpoint === undefined || switchOf(settings, 'ENABLE_BETA_TRACING_DETAILED') === null) {
    return [];
  }
  const { value, layer } = endpoint;
  return [{ signal: 'traces', protocol: null, layer, ...readDestination(value) }];
}

function contentOf(settings: ReadonlyMap<string, Setting>): readonly TelemetryContent[] {
  return CONTENT.flatMap(([name, what]) => {
    // Unless they have a word of their own, answers follow prompts.
    const isFollowing = name === 'OTEL_LOG_ASSISTANT_RESPONSES' && !settings.has(name);
    const layer = switchOf(settings, isFollowing ? 'OTEL_LOG_USER_PROMPTS' : name);
    return layer === null ? [] : [{ what, layer }];
  });
}

/** The layer that switched something on; null while it is off. */
function switchOf(settings: ReadonlyMap<string, Setting>, name: string): SettingsLayer | null {
  const setting = settings.get(name);
  return setting !== undefined && /^(1|true|yes|on)$/i.test(setting.value.trim())
    ? setting.layer
    : null;
}

function names(list: string): readonly string[] {
  return list.split(',').map((name) => name.trim().toLowerCase());
}
