import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { substituted } from '../../grafana/definitions/panel-queries.ts';
import { comparedWithBefore, grown, grownBefore } from '../../grafana/definitions/promql/grown.ts';
import { needs } from '../support/offers.ts';

const ready = { series: 'hall_monitor_ready{instance="a"}', values: '1x480' };
const costOf = (model: string, values: string) => ({
  series: `hall_monitor_cost_usd_total{instance="a",project="p",model="${model}",type="input"}`,
  values,
});
const byModel = grown('cost', { by: ['model'], over: '1h' });

/** What Prometheus says eight hours after the beginning; samples are a minute apart. */
const answers = (
  input_series: readonly { readonly series: string; readonly values: string }[],
  tests: readonly (readonly [expr: string, samples: readonly (readonly [string, number])[]])[],
): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-amounts-'));
  try {
    const file = join(folder, 'test.yml');
    const promql_expr_test = tests.map(([expr, samples]) => ({
      expr: substituted(expr, { range: '1h', interval: '15m' }),
      eval_time: '480m',
      exp_samples: samples.map(([labels, value]) => ({ labels, value })),
    }));
    const test = { interval: '1m', input_series, promql_expr_test };
    writeFileSync(file, JSON.stringify({ tests: [test] }));
    const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    return `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

needs('promtool')(
  'an amount is the exact difference, from zero for what arose within the span',
  () => {
    const series = [
      ready,
      costOf('steady', '0+1x480'),
      costOf('still', '7x480'),
      costOf('new', '_x450 5x30'),
    ];
    const by = (model: string) => `{model="${model}"}`;
    expect(
      answers(series, [
        [
          byModel,
          [
            [by('new'), 5],
            [by('steady'), 60],
            [by('still'), 0],
          ],
        ],
        [grownBefore('cost'), [['{}', 60]]],
        [comparedWithBefore('cost'), [['{}', 65 / 60 - 1]]],
      ]),
    ).toContain('SUCCESS');
  },
);

needs('promtool')('an amount survives a restart, and history of one sample a day', () => {
  const series = [
    { ...ready, values: '1x400 _x60 1x20' },
    costOf('restarted', '0+1x400 _x60 461+1x19'),
    { series: 'hall_monitor_requests_total{instance="a",project="p",model="sparse"}', values: '3' },
    costOf('sparse', '9 _x470 12x10'),
  ];
  const of = (model: string) => `{model="${model}"}`;
  expect(
    answers(series, [
      [
        byModel,
        [
          [of('restarted'), 80],
          [of('sparse'), 3],
        ],
      ],
    ]),
  ).toContain('SUCCESS');
});

needs('promtool')('an amount begins with the first sample where nothing was known before', () => {
  const series = [{ ...ready, values: '_x450 1x30' }, costOf('late', '_x450 100+1x30')];
  expect(
    answers(series, [
      [byModel, [['{model="late"}', 30]]],
      [grownBefore('cost'), []],
    ]),
  ).toContain('SUCCESS');
});
