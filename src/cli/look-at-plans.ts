import { createPlans } from '../../receivers/plans/receiver.ts';
import type { Config } from '../config/schema.ts';
import { silentLog } from '../runtime/log.ts';
import type { Collector } from './collector.ts';
import { createReceiverEvents } from './receiver-events.ts';
import { receiverSettings } from './receiver-settings.ts';

/** Takes the plans of all projects into the store as they are, once; returns how many were new or had changed. */
export const lookAtPlans = async (collector: Collector, config: Config): Promise<number> => {
  const receiver = createPlans(receiverSettings(config).plans, {
    log: silentLog,
    now: Date.now,
    count: () => undefined,
    sink: collector.sink,
    origins: collector.origins,
    projects: collector.projects,
    events: createReceiverEvents(),
  });
  const looked = await receiver.look(new AbortController().signal);
  while (collector.recountPlan());
  return looked;
};
