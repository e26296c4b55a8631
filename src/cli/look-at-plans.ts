import { createPlans } from '../../receivers/plans/receiver.ts';
import type { Config } from '../config/schema.ts';
import type { Collector } from './collector.ts';
import { receiverSettings } from './receiver-settings.ts';
import { unattended } from './unattended.ts';

/** Takes the plans of all projects into the store as they are, once; returns how many were new or had changed. */
export const lookAtPlans = async (collector: Collector, config: Config): Promise<number> => {
  const receiver = createPlans(receiverSettings(config).plans, unattended(collector));
  const looked = await receiver.look(new AbortController().signal);
  while (collector.recountPlans());
  return looked;
};
