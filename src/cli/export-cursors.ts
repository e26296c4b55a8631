import { TransientError } from '../errors.ts';
import type { Cursors } from '../store/store.ts';
import type { CursorAnswer, CursorOrder } from './export-messages.ts';

/** Has cursors saved by another thread. */
export interface CursorSaver {
  readonly save: Cursors['save'];
  /** What the other thread answered. */
  readonly answer: (answer: CursorAnswer) => void;
}

/** Asks by `ask` and resolves when the answer with the same ticket has come. */
export const createCursorSaver = (ask: (order: CursorOrder) => void): CursorSaver => {
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let lastTicket = 0;
  return {
    save: (exporter, seq, refused = []) => {
      lastTicket += 1;
      const answered = Promise.withResolvers<void>();
      waiting.set(lastTicket, answered);
      ask({ ticket: lastTicket, exporter, seq, refused });
      return answered.promise;
    },
    answer: ({ ticket, trouble }) => {
      const answered = waiting.get(ticket);
      waiting.delete(ticket);
      if (trouble === null) answered?.resolve();
      else answered?.reject(new TransientError(`A position cannot be saved: ${trouble}`));
    },
  };
};
