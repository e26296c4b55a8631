/** Statements that make the schema. Names come from allow-lists and are quoted all the same; values never get into SQL. */
import type { ClickHouseSettings } from './settings.ts';
import { TABLES, TABLE_NAMES, type Column, type Table, type TableName } from './tables.ts';
import { VIEWS } from './views.ts';

/** Where the schema is made, and how. */
export type Target = Pick<ClickHouseSettings, 'database' | 'cluster' | 'replicated' | 'ttlDays'>;

/** Name of the table that says which version the schema has. */
export const SCHEMA_TABLE = 'hall_monitor_schema';

/** Inserts of one table whose tokens it remembers, so that a batch that is sent again adds nothing. */
const REMEMBERED_INSERTS = 10_000;
const DAYS_IN_LONGEST_MONTH = 31;

const IDENTIFIER = /^[A-Za-z0-9_.-]+$/;

/** A name as ClickHouse takes it in SQL. */
export const quoted = (name: string): string => {
  if (!IDENTIFIER.test(name)) throw new Error('A name in SQL must be plain.');
  return `\`${name}\``;
};

/** A table of ours with its database, quoted. */
export const tableIn = (database: string, table: string): string =>
  `${quoted(database)}.${quoted(table)}`;

const onCluster = ({ cluster }: Target): string =>
  cluster === null ? '' : ` ON CLUSTER ${quoted(cluster)}`;

/** Where servers replicate each other, paths and replica names are the server's own defaults. */
const engine = ({ replicated }: Target, version = ''): string =>
  `${replicated ? 'Replicated' : ''}ReplacingMergeTree${version === '' ? '' : `(${version})`}`;

/** Names of the setting by which a table remembers tokens of inserts. */
const window = ({ replicated }: Target): string =>
  replicated ? 'replicated_deduplication_window' : 'non_replicated_deduplication_window';

/** Makes the database, and the table that says which version the schema has. */
export const foundation = (target: Target): readonly string[] => [
  `CREATE DATABASE IF NOT EXISTS ${quoted(target.database)}${onCluster(target)}`,
  `CREATE TABLE IF NOT EXISTS ${tableIn(target.database, SCHEMA_TABLE)}${onCluster(target)}
(
  version UInt32,
  at DateTime64(3, 'UTC')
)
ENGINE = ${engine(target)}
ORDER BY version`,
];

/** Makes all tables of the first version, and the views over them. */
export const firstVersion = (target: Target): readonly string[] => [
  ...TABLE_NAMES.map((name) => createTable(target, name)),
  ...createViews(target),
];

/** Makes the views, in place of those of an older version. */
const createViews = (target: Target): readonly string[] =>
  Object.entries(VIEWS).map(
    ([name, select]) =>
      `CREATE OR REPLACE VIEW ${tableIn(target.database, name)}${onCluster(target)} AS\n${select((table) => tableIn(target.database, table))}`,
  );

const createTable = (target: Target, name: TableName): string => {
  const table: Table = TABLES[name];
  const lines = [
    ...table.columns.map(columnSql),
    // A column of its own, so that no condition on the time lets a reader pass over the part with the newest telling.
    `${quoted('month')} UInt32 MATERIALIZED toYYYYMM(${quoted(table.time)})`,
    ...table.indexes.map(indexSql),
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${tableIn(target.database, name)}${onCluster(target)}`,
    `(\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`,
    `ENGINE = ${engine(target, 'row_version')}`,
    `PARTITION BY month`,
    `ORDER BY (${table.key.map(quoted).join(', ')})`,
    ...ttl(target, table),
    `SETTINGS ${window(target)} = ${REMEMBERED_INSERTS}, ttl_only_drop_parts = 1`,
  ].join('\n');
};

const columnSql = ([name, type, otherwise]: Column): string =>
  `${quoted(name)} ${type}${otherwise === undefined ? '' : ` DEFAULT ${otherwise}`}`;

const indexSql = (column: string): string => {
  const type = column.endsWith('_id') ? 'bloom_filter' : 'minmax';
  return `INDEX ${quoted(`by_${column}`)} ${quoted(column)} TYPE ${type} GRANULARITY 1`;
};

/** A month is dropped as a whole, when its last day is old enough. */
const ttl = ({ ttlDays }: Target, { time }: Table): readonly string[] =>
  ttlDays === 0
    ? []
    : [`TTL toStartOfMonth(${quoted(time)}) + INTERVAL ${ttlDays + DAYS_IN_LONGEST_MONTH} DAY`];
