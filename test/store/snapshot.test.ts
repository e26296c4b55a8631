import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOfOneMoment } from '../../src/store/snapshot.ts';
import { createServingStore, NINE_MS, type ServingStore } from '../server/serving-store.ts';

let store: ServingStore;

beforeEach(() => {
  store = createServingStore();
  store.request({ atMs: NINE_MS });
});

afterEach(() => store[Symbol.dispose]());

const count = (): number =>
  store.reader.db.prepare<[], number>('SELECT count(*) FROM request').pluck().get() ?? 0;

function* counting(): Generator<number> {
  for (;;) yield count();
}

describe('reading as of one moment', () => {
  it('does not see what is written meanwhile', () => {
    const reading = asOfOneMoment(store.reader.db, counting);
    expect(reading.next().value).toBe(1);
    store.request({ atMs: NINE_MS });
    expect(reading.next().value).toBe(1);
    reading.return(undefined);
    expect(count()).toBe(2);
  });

  it('ends with the connection, whichever is given up first', () => {
    const reading = asOfOneMoment(store.reader.db, counting);
    reading.next();
    store.reader.close();
    expect(() => reading.return(undefined)).not.toThrow();
  });
});
