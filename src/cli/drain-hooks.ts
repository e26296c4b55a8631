import path from 'node:path';
import { closeLeftSegments } from '../../receivers/hooks/intake-log.ts';
import { createHooks } from '../../receivers/hooks/receiver.ts';
import { SEGMENTS } from '../../receivers/hooks/spool.ts';
import type { Config } from '../config/schema.ts';
import { silentLog } from '../runtime/log.ts';
import type { Collector } from './collector.ts';
import { createReceiverEvents } from './receiver-events.ts';
import { receiverSettings } from './receiver-settings.ts';

/**
 * Takes what hooks left in the spool into the store, once; returns how many payloads that were. Whoever has the store open
 * for writing is alone, so nobody writes to what came over HTTP any more.
 */
export const drainHooks = async (collector: Collector, config: Config): Promise<number> => {
  const settings = receiverSettings(config).hooks;
  closeLeftSegments(path.join(settings.spool, SEGMENTS));
  const receiver = createHooks(settings, {
    log: silentLog,
    now: Date.now,
    count: () => undefined,
    sink: collector.sink,
    origins: collector.origins,
    projects: collector.projects,
    events: createReceiverEvents(),
  });
  return await receiver.drain(new AbortController().signal);
};
