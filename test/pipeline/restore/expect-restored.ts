import { expect } from 'vitest';
import type { IngestFixture } from '../ingest-fixture.ts';
import { archiveOf, restoreFrom } from './restored-store.ts';
import { wholeStateOf } from './whole-state.ts';

/** Expects that what a store tells an archive builds the same store again, column by column. */
export const expectRestored = (fixture: IngestFixture): void => {
  fixture.recountPlans();
  while (fixture.store.logDocuments().isMore);
  using restored = restoreFrom(archiveOf(fixture.home));
  expect(restored.counts).toMatchObject({ rejected: 0, reasons: [] });
  expect(wholeStateOf(restored.store.db)).toEqual(wholeStateOf(fixture.db));
};
