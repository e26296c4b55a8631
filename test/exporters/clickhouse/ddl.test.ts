import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { quoted } from '../../../exporters/clickhouse/ddl.ts';
import { schemaStatements } from '../../../exporters/clickhouse/schema.ts';
import { rowVersion } from '../../../exporters/clickhouse/row-version.ts';
import { TABLES, type Table } from '../../../exporters/clickhouse/tables.ts';
import { VIEWS } from '../../../exporters/clickhouse/views.ts';
import { seedColumns } from '../../support/clickhouse/seed-columns.ts';

const target = { database: 'hm', cluster: null, replicated: false, ttlDays: 365 };

describe('the statements', () => {
  it.each(['a`b', 'a b', "a'b", 'a;b', '', 'ü'])('never hold the name %j', (name) => {
    expect(() => quoted(name)).toThrow('A name in SQL must be plain.');
    expect(() => schemaStatements({ ...target, database: name })).toThrow('plain');
    expect(() => schemaStatements({ ...target, cluster: name })).toThrow('plain');
  });

  it('name the cluster everywhere, or nowhere', () => {
    const everywhere = schemaStatements({ ...target, cluster: 'main' });
    expect(everywhere.filter((sql) => !sql.includes(' ON CLUSTER `main`'))).toEqual([
      'INSERT INTO `hm`.`hall_monitor_schema` (version, at) VALUES (1, now64(3))',
    ]);
    expect(schemaStatements(target).join('')).not.toContain('ON CLUSTER');
  });

  it('drop rows after the days that are set, or never', () => {
    expect(schemaStatements({ ...target, ttlDays: 0 }).join('')).not.toContain('TTL');
    expect(
      schemaStatements(target)
        .join('')
        .match(/INTERVAL 396 DAY/g),
    ).toHaveLength(5);
  });

  it('can run twice, one after the other or beside each other', () => {
    for (const sql of schemaStatements(target))
      expect(sql).toMatch(/IF NOT EXISTS|CREATE OR REPLACE VIEW|hall_monitor_schema` \(version/);
  });
});

describe('a table', () => {
  it.each(Object.entries(TABLES))('%s has nothing in its key that may change', (_, table) => {
    const stable = new Set(['collector', 'uuid', 'session_id', 'operation_type']);
    expect(table.key.filter((column) => !stable.has(column))).toEqual([]);
    expect(table.key).not.toContain('host');
  });

  it('holds every column of the seed, and counts in 64 bits', () => {
    for (const [name, columns] of Object.entries(seedColumns)) {
      const table: Table | undefined = TABLES[name as keyof typeof TABLES];
      if (table === undefined) continue;
      expect(table.columns.map(([column]) => column)).toEqual(expect.arrayContaining([...columns]));
      const narrow = table.columns.filter(([, type]) => /^U?Int(8|16|32)$/.test(type));
      expect(narrow).toEqual([['revision', 'UInt32']]);
    }
  });
});

describe('docs/clickhouse.md', () => {
  const text = readFileSync(new URL('../../../docs/clickhouse.md', import.meta.url), 'utf8');
  const section = (name: string): string =>
    new RegExp(`### ${name}\\n([^]*?)(?=\\n##)`).exec(text)?.[1] ?? '';

  it.each(Object.entries(TABLES))('explains every column of %s', (name, { columns }) => {
    const head = /Columns of all tables:[^]*?\n\n/.exec(text)?.[0] ?? '';
    const explained = `${section(name)}${head}`;
    expect(columns.filter(([column]) => !explained.includes(`\`${column}\``))).toEqual([]);
  });

  it('explains every view', () => {
    for (const view of Object.keys(VIEWS)) expect(section('Views')).toContain(`\`${view}\``);
  });
});

describe('the version of a row', () => {
  const versions = [
    rowVersion(1_700_000_000_000, 0),
    rowVersion(1_700_000_000_000, 1),
    rowVersion(1_700_000_000_000, 4_000_000_000),
    rowVersion(1_700_000_001_000, 0),
    rowVersion(4_000_000_000_000, 7),
  ];

  it('grows with the revision, and most of all with the store', () => {
    const numbers = versions.map(BigInt);
    expect(numbers.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(numbers);
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('fits into 64 bits', () => {
    expect(BigInt(versions.at(-1)!) < 2n ** 64n).toBe(true);
  });
});
