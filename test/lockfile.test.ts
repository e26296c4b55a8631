import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Locked {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly integrity?: string;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

const lock = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'),
) as Locked;
const paths = Object.keys(lock.packages);

it('locks the packages of every platform, or npm ci refuses the file on all of them', () => {
  const missing = Object.values(lock.packages)
    .flatMap((one) => Object.keys(one.optionalDependencies ?? {}))
    .filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)));
  expect(missing).toEqual([]);
});

it('names no registry, so that a mirror serves as well', () => {
  expect(Object.entries(lock.packages).filter(([, one]) => one.resolved !== undefined)).toEqual([]);
});

it('holds a checksum for every package', () => {
  const unchecked = paths.filter(
    (path) => path !== '' && lock.packages[path]?.integrity === undefined,
  );
  expect(unchecked).toEqual([]);
});
