import { hooks } from '../../../receivers/hooks/index.ts';
import { describeReceiver } from '../../contract/receiver.ts';
import { SpoolHome, told } from '../../support/spool-home.ts';

describeReceiver({
  receiver: hooks,
  createWorld: () => {
    const home = new SpoolHome();
    let offered = 0;
    return {
      source: 'hook',
      config: { spool: home.spool, sweepIntervalMs: 100, maxPayloadBytes: 1024 * 1024 },
      offer: (facts) => {
        for (let fact = 0; fact < facts; fact++)
          home.put(told('Stop', { prompt_id: `prompt-${(offered += 1)}` }));
      },
      offerMalformed: () => {
        for (const text of ['{"broken', '[]', '\0\0\0', '{}']) home.put(text);
        return 4;
      },
      stored: ({ store }) =>
        Number(store.db.prepare('SELECT count(*) FROM occurrence').pluck().get()),
      [Symbol.dispose]: () => home[Symbol.dispose](),
    };
  },
});
