import { describe, expect, it } from 'vitest';
import { exporters } from '../../exporters/index.ts';
import { otlpMetrics } from '../../exporters/otlp/index.ts';
import { prometheus } from '../../exporters/prometheus/index.ts';
import { rest } from '../../exporters/rest/index.ts';
import { describeExporter } from '../contract/exporter.ts';

describeExporter(prometheus);
describeExporter(rest);
describeExporter(otlpMetrics);

describe('the list of exporters', () => {
  it('has each one once', () => {
    expect(exporters.map(({ name }) => name)).toEqual(['prometheus', 'rest', 'otlp-metrics']);
  });
});
