import type { ReceiverDeps } from '../component.ts';
import { silentLog } from '../runtime/log.ts';
import type { Collector } from './collector.ts';
import { createReceiverEvents } from './receiver-events.ts';

/** What a receiver is given by a command that lets it work once and watches nothing. */
export const unattended = ({ sink, origins, projects }: Collector): ReceiverDeps => ({
  log: silentLog,
  now: Date.now,
  count: () => undefined,
  sink,
  origins,
  projects,
  events: createReceiverEvents(),
});
