import type { Collector } from './collector.ts';
import { createRecounting } from './recounting.ts';

/** What a collector does beside collecting, a little at a time. */
export interface Housekeeping {
  /** Why it cannot be done now; null while all is well. */
  readonly trouble: () => string | null;
  readonly stop: () => void;
}

/** A session at work is told to the archive as a whole no more often than this. */
const DOCUMENTS_INTERVAL_MS = 30_000;

/** Tells in the log what stands in no entry, now and then; `onLogged` hears that the log may have grown. */
export const startHousekeeping = (
  collector: Pick<Collector, 'logDocuments'>,
  onLogged: () => void,
): Housekeeping => {
  const documents = createRecounting(() => {
    const isMore = collector.logDocuments();
    onLogged();
    return isMore;
  });
  const timer = setInterval(documents.wake, DOCUMENTS_INTERVAL_MS);
  return {
    trouble: documents.trouble,
    stop: () => {
      clearInterval(timer);
      documents.stop();
    },
  };
};
