import { plans } from '../../../receivers/plans/index.ts';
import { describeReceiver } from '../../contract/receiver.ts';
import { feature, PlanHome } from '../../support/plan-home.ts';

const MALFORMED = 'malformed';

describeReceiver({
  receiver: plans,
  createWorld: () => {
    const home = new PlanHome();
    let offered = 0;
    return {
      source: 'plan',
      config: {
        enabled: true,
        roots: [home.project],
        debounceMs: 5,
        sweepIntervalMs: 30_000,
        pollIntervalMs: 1000,
        maxManifestBytes: 1024 * 1024,
      },
      offer: (facts) => {
        for (let fact = 0; fact < facts; fact++)
          home.manifest(`plan-${(offered += 1)}`, [feature('F0')]);
      },
      offerMalformed: () => {
        home.manifest(MALFORMED, ['{"broken', '[5]', '\0\0\0', '{}', feature('a', 'unheard of')]);
        return 5;
      },
      stored: (collector) =>
        collector.origins('plan').filter(({ path }) => !path.endsWith(MALFORMED)).length,
      [Symbol.dispose]: () => home[Symbol.dispose](),
    };
  },
});
