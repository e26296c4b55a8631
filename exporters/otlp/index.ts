import type { Installable } from '../../src/component.ts';
import { type OtlpMetricsConfig, otlpMetricsConfig, type OtlpMetricsDeps } from './deps.ts';
import { resolveSettings } from './settings.ts';

/** Metrics by OTLP, from the serving thread. It says what is wrong with the settings, once for all signals. */
export const otlpMetrics: Installable<OtlpMetricsConfig, OtlpMetricsDeps> = {
  name: 'otlp-metrics',
  config: otlpMetricsConfig,
  create: ({ section }, deps) => {
    const name = 'otlp-metrics';
    if (section === null) return { name };
    const { metrics: target, warnings } = resolveSettings(section);
    for (const warning of warnings) deps.log.warn({ exporter: 'otlp' }, warning);
    let trouble: () => string | undefined = () => undefined;
    return {
      name,
      ...(target !== null && {
        run: async (signal) => {
          const { createMetrics } = await import('./metrics.ts');
          const push = createMetrics(target, section, deps);
          ({ trouble } = push);
          await push.run(signal);
        },
      }),
      trouble: () => [...warnings, trouble() ?? []].flat().join(' ') || undefined,
    };
  },
};
