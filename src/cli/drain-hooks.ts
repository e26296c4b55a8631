import { createHooks } from '../../receivers/hooks/receiver.ts';
import type { Config } from '../config/schema.ts';
import { silentLog } from '../runtime/log.ts';
import type { Collector } from './collector.ts';
import { createReceiverEvents } from './receiver-events.ts';
import { receiverSettings } from './receiver-settings.ts';

/** Takes what hooks left in the spool into the store, once; returns how many payloads that were. */
export const drainHooks = async (collector: Collector, config: Config): Promise<number> => {
  const receiver = createHooks(receiverSettings(config).hooks, {
    log: silentLog,
    now: Date.now,
    count: () => undefined,
    sink: collector.sink,
    origins: collector.origins,
    events: createReceiverEvents(),
  });
  return await receiver.drain(new AbortController().signal);
};
