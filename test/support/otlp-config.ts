import type { OtlpConfig, Signal, SignalConfig } from '../../exporters/otlp/config.ts';
import { DEFAULTS } from '../../src/config/defaults.ts';

/** What a test says of the section `otlp`: a signal as a whole, or only whether it is sent. */
export type OtlpWishes = Partial<Omit<OtlpConfig, Signal>> &
  Partial<Readonly<Record<Signal, Partial<SignalConfig> | 'none'>>>;

/** The section as it is with the defaults and these wishes. */
export function otlpConfig({ metrics, traces, logs, ...more }: OtlpWishes = {}): OtlpConfig {
  const signal = (wish: OtlpWishes[Signal]): SignalConfig => ({
    ...DEFAULTS.otlp.traces,
    ...(wish === 'none' ? { exporter: 'none' } : wish),
  });
  return {
    ...DEFAULTS.otlp,
    own: { host: '127.0.0.1', port: 9464, allowedHosts: [] },
    warnings: [],
    ...more,
    metrics: signal(metrics),
    traces: signal(traces),
    logs: signal(logs),
  };
}
