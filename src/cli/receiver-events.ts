import type { ReceiverEvents } from '../component.ts';
import { createChannel } from '../runtime/channel.ts';

/** Channels that nobody listens to yet. */
export const createReceiverEvents = (): ReceiverEvents => ({
  transcripts: createChannel(),
  projects: createChannel(),
  caughtUp: createChannel(),
  backfill: createChannel(),
});
