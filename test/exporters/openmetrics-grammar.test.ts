import { describe, expect, it } from 'vitest';
import { parseOpenMetrics } from './openmetrics-grammar.ts';

const HEAD = '# TYPE cost_usd counter\n# UNIT cost_usd usd\n# HELP cost_usd What it cost.\n';

describe('the grammar that exports are held against', () => {
  it('takes what the standard allows', () => {
    const text = `${HEAD}cost_usd_total{a="\\"\\\\\\n"} 0 1.5\ncost_usd_total{a="\\"\\\\\\n"} 1e+21 2\n# EOF\n`;
    expect(parseOpenMetrics(text)).toEqual([
      {
        name: 'cost_usd_total',
        labels: { a: '"\\\n' },
        samples: [
          { at: 1.5, value: 0 },
          { at: 2, value: 1e21 },
        ],
      },
    ]);
  });

  it.each([
    ['Not the end', `${HEAD}cost_usd_total 1 1\n`],
    ['Not the end', `${HEAD}cost_usd_total 1 1\n# EOF\n\n`],
    ['Of another family', `${HEAD}cost_usd 1 1\n# EOF\n`],
    ['Of another family', 'cost_usd_total 1 1\n# EOF\n'],
    ['Described twice', `${HEAD}cost_usd_total 1 1\n${HEAD}# EOF\n`],
    ['Out of place', '# HELP cost_usd x\n# EOF\n'],
    ['Not the unit in the name', '# TYPE cost counter\n# UNIT cost usd\n# EOF\n'],
    [
      'In two pieces',
      `${HEAD}cost_usd_total 1 1\ncost_usd_total{a="b"} 1 1\ncost_usd_total 1 2\n# EOF\n`,
    ],
    ['Back in time', `${HEAD}cost_usd_total 1 2\ncost_usd_total 1 2\n# EOF\n`],
    ['A counter that falls', `${HEAD}cost_usd_total 2 1\ncost_usd_total 1 2\n# EOF\n`],
    ['A counter that falls', `${HEAD}cost_usd_total -1 1\n# EOF\n`],
    ['A label twice', `${HEAD}cost_usd_total{a="b",a="c"} 1 1\n# EOF\n`],
    ['No sample', `${HEAD}cost_usd_total{a="b"c"} 1 1\n# EOF\n`],
    ['No sample', `${HEAD}cost_usd_total{a="b",} 1 1\n# EOF\n`],
    ['No sample', `${HEAD}cost_usd_total 1\n# EOF\n`],
    ['No sample', `${HEAD}cost_usd_total NaN 1\n# EOF\n`],
    ['No description', '# TYPE cost counterfeit\n# EOF\n'],
  ])('refuses what is wrong: %s', (message, text) => {
    expect(() => parseOpenMetrics(text)).toThrow(message);
  });
});
