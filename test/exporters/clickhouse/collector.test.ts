import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCollector } from '../../../exporters/clickhouse/collector.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-collector-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const named = (hostName: string | null, userName: string | null, anonymous = false) =>
  openCollector(home, { hostName, userName, anonymous });
const file = (): string => join(home, 'clickhouse', 'collector-id');

describe('who collects', () => {
  it('is called as the machine and the account are, unless told otherwise', () => {
    expect(named(null, null).host).toBe(hostname());
    expect(named('laptop', 'dev')).toMatchObject({ host: 'laptop', user: 'dev' });
  });

  it('keeps the id of the first start, whatever the names become', () => {
    const { id } = named('laptop', 'dev');
    expect(named('laptop.local', 'alice').id).toBe(id);
    expect(named('laptop', 'dev', true).id).toBe(id);
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('finds its id again where the data folder was lost', () => {
    const { id } = named('laptop', 'dev');
    rmSync(join(home, 'clickhouse'), { recursive: true });
    expect(named('laptop', 'dev').id).toBe(id);
    rmSync(join(home, 'clickhouse'), { recursive: true });
    expect(named('desktop', 'dev').id).not.toBe(id);
  });

  it('makes the id anew where the file was damaged', () => {
    const { id } = named('laptop', 'dev');
    writeFileSync(file(), 'nonsense; DROP TABLE');
    expect(named('laptop', 'dev').id).toBe(id);
    expect(readFileSync(file(), 'utf8')).toBe(`${id}\n`);
  });

  it('is nobody by name where that is wanted, and the same nobody each time', () => {
    const first = named('laptop', 'dev', true);
    expect(JSON.stringify(first)).not.toMatch(/laptop|dev/);
    expect(named('laptop', 'dev', true)).toEqual(first);
    expect(named('laptop', 'other', true)).toMatchObject({ host: first.host });
    expect(named('laptop', 'other', true).user).not.toBe(first.user);
  });
});
