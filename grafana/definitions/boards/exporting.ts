/** Panels about what leaves the collector. */
import { bars, lines } from '../panels/graphs.ts';
import { ranking } from '../panels/numbers.ts';
import { current } from '../promql/arithmetic.ts';
import { counted, INTERVAL } from '../promql/grown.ts';
import { AS_INCREASE, NO_EXPORTER, NOT_SCRAPED } from '../texts.ts';

export const lag = lines({
  title: 'Exporters behind',
  description: 'Lines of the log that an exporter has not got to yet.',
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: NO_EXPORTER,
  queries: [{ expr: current('exportLag', { by: ['exporter'] }), legend: '{{exporter}}' }],
});

export const lastSuccess = ranking({
  title: 'Time since an exporter got on',
  description: 'How long ago each exporter last got on.',
  unit: 's',
  decimals: 0,
  min: 0,
  noValue: NO_EXPORTER,
  thresholds: ['green', [300, 'orange'], [3600, 'red']],
  queries: [
    {
      expr: `time() - ${current('exportLastSuccess', { by: ['exporter'], join: 'min' })}`,
      legend: '{{exporter}}',
    },
  ],
});

export const sent = bars({
  title: 'Events delivered',
  description: `Events of each interval that the far side of an exporter took. ${AS_INCREASE}`,
  unit: 'short',
  decimals: 0,
  noValue: NO_EXPORTER,
  queries: [
    { expr: counted('exported', { by: ['exporter'], over: INTERVAL }), legend: '{{exporter}}' },
  ],
});

export const troubles = bars({
  title: 'Retries and losses of exporters',
  description: `Batches of each interval that had to be sent once more, and events that could not be delivered. ${AS_INCREASE}`,
  unit: 'short',
  decimals: 0,
  noValue: 'No exporter had to try again or lost anything',
  queries: [
    {
      expr: counted('exportRetries', { by: ['exporter'], over: INTERVAL }),
      legend: '{{exporter}}: retries',
    },
    {
      expr: counted('exportDropped', { by: ['exporter', 'reason'], over: INTERVAL }),
      legend: '{{exporter}}: {{reason}}',
    },
  ],
});

export const streams = lines({
  title: 'Live streams',
  description: 'Clients that listen to live events, and how many were cut off in each interval.',
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [
    { expr: current('sseClients'), legend: 'clients' },
    {
      expr: counted('sseDropped', { by: ['reason'], over: INTERVAL }),
      legend: 'cut off: {{reason}}',
    },
  ],
});

export const secrets = bars({
  title: 'Secrets taken out of raw traces',
  description: `Secrets of each interval that were taken out of raw traces before they were written, by type. ${AS_INCREASE}`,
  unit: 'short',
  decimals: 0,
  noValue: 'No secret was found, or raw traces are off',
  queries: [{ expr: counted('redacted', { by: ['type'], over: INTERVAL }), legend: '{{type}}' }],
});
