import path from 'node:path';
import { closeLeftSegments } from '../../receivers/hooks/intake-log.ts';
import { createHooks } from '../../receivers/hooks/receiver.ts';
import { SEGMENTS } from '../../receivers/hooks/spool.ts';
import type { Config } from '../config/schema.ts';
import type { Collector } from './collector.ts';
import { receiverSettings } from './receiver-settings.ts';
import { unattended } from './unattended.ts';

/**
 * Takes what hooks left in the spool into the store, once; returns how many payloads that were. Whoever has the store
 * open for writing is alone, so nobody writes to what came over HTTP any more.
 */
export const drainHooks = async (collector: Collector, config: Config): Promise<number> => {
  const settings = receiverSettings(config).hooks;
  closeLeftSegments(path.join(settings.spool, SEGMENTS));
  const receiver = createHooks(settings, unattended(collector));
  return await receiver.drain(new AbortController().signal);
};
