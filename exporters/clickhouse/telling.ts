import { hash } from 'node:crypto';
import path from 'node:path';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { StoreIdentity } from '../../src/rollups/store-identity.ts';
import type { ClickHouseSettings } from './settings.ts';
import type { Collector } from './collector.ts';
import { rowVersion } from './row-version.ts';

/** One row, by column; a column that is left out is empty. */
export type Row = Readonly<Record<string, string | number | boolean>>;

/** How rows are told: by whom, of which store, and how much of them. */
export interface Teller extends Pick<ClickHouseSettings, 'content' | 'anonymous'> {
  readonly collector: Collector;
  readonly store: StoreIdentity;
}

const DIGEST_LENGTH = 22;
const SHORT_DIGEST_LENGTH = 8;

/** Stands for a text that is not told, the same everywhere. */
export const digestOf = (text: string): string =>
  hash('sha256', text, 'base64url').slice(0, DIGEST_LENGTH);

/** What every row of an entry says of itself. */
export const tellingOf = (teller: Teller, { revision, source }: MetricEntry): Row => ({
  ...signature(teller),
  source,
  revision,
  row_version: rowVersion(teller.store.madeAtMs, revision),
});

/** Whose row it is. */
export const signature = ({ collector }: Teller): Row => ({
  host: collector.host,
  user: collector.user,
  collector: collector.id,
});

/** A project as it may be told: its path, or its last part with a digest of the whole. */
export const projectText = ({ anonymous }: Teller, project: string): string => {
  if (!anonymous || project === '') return project;
  const name = path.posix.basename(project.replaceAll('\\', '/'));
  return `${name}#${digestOf(project).slice(0, SHORT_DIGEST_LENGTH)}`;
};

/** A text of an entry's data, '' where there is none. */
export const textOf = ({ data }: MetricEntry, name: string): string => {
  const value = data[name];
  return typeof value === 'string' ? value : '';
};

/** A number of an entry's data that can be counted, 0 where there is none. */
export const countOf = ({ data }: MetricEntry, name: string): number => {
  const value = data[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
};
