import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Source files by path from the root of the repository, with `/` on every platform. */
type Files = ReadonlyMap<string, string>;

const root = join(import.meta.dirname, '..');
const everything = ['*'];

/**
 * Who may import whom, type-only imports included. A name is a layer (a folder or file of src/, or
 * `receivers/<name>`), a name that ends in .ts is that one file of the layer. A layer may always
 * import itself; one receiver or exporter is never part of another.
 */
const rules: Readonly<Record<string, readonly string[]>> = {
  records: [],
  errors: [],
  runtime: ['errors'],
  pricing: ['records', 'errors', 'runtime'],
  store: ['records', 'errors', 'runtime'],
  rollups: ['records', 'errors', 'runtime', 'store'],
  component: ['records', 'runtime', 'store/store.ts'],
  pipeline: [
    'records',
    'pricing',
    'store/store.ts',
    'store/rows.ts',
    'store/plan-rows.ts',
    'store/plan-evidence.ts',
    'store/plan-shares.ts',
    'store/write-store.ts',
    'component',
    'errors',
    'runtime',
  ],
  server: ['component', 'errors', 'runtime', 'records'],
  config: ['component', 'errors', 'runtime', 'records'],
  'receivers/*': ['records', 'component', 'errors', 'runtime'],
  'exporters/*': [
    'records',
    'component',
    'errors',
    'runtime',
    'store/store.ts',
    'rollups',
    'pipeline/deliver.ts',
  ],
  receivers: ['receivers/*', 'component'],
  exporters: ['exporters/*', 'component'],
  cli: everything,
  grafana: ['rollups'],
};

const forbiddenNames = new Set([
  'utils',
  'helpers',
  'common',
  'shared',
  'misc',
  'lib',
  'types',
  'constants',
  'manager',
]);

const maxLines = 300;

/** The layer a file belongs to: `store`, `component`, `receivers/hooks`, `receivers` for the list. */
const layerOf = (path: string): string => {
  const [top = '', second = '', third] = path.split('/');
  // Dashboards and alerts are one thing in folders.
  if (top === 'grafana') return top;
  if (top === 'src') return second.replace(/\.ts$/, '');
  return third === undefined ? top : `${top}/${second}`;
};

const matches = (allowed: string, path: string): boolean => {
  if (allowed === '*') return true;
  if (allowed.endsWith('.ts')) return path === `src/${allowed}`;
  const layer = layerOf(path);
  return allowed.endsWith('/*') ? layer.startsWith(allowed.slice(0, -1)) : layer === allowed;
};

const ruleFor = (layer: string): readonly string[] | undefined =>
  rules[layer] ?? rules[layer.replace(/\/.*/, '/*')];

const importPattern =
  /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)(['"])(\.{1,2}\/[^'"\n]+\.[jt]s)\1/g;

/** The files of ours a source text names: static, dynamic and type imports, and workers by URL. */
const importsOf = (path: string, text: string): readonly string[] =>
  [...text.matchAll(importPattern)].map(([, , target = '']) =>
    posix.join(posix.dirname(path), target),
  );

/** Every import that breaks the rules, as a sentence. */
const breachesIn = (files: Files): readonly string[] =>
  [...files].flatMap(([path, text]) => {
    const layer = layerOf(path);
    const allowed = ruleFor(layer);
    if (allowed === undefined) return [`${path} is in no layer of the table`];
    return importsOf(path, text)
      .filter((target) => layerOf(target) !== layer)
      .filter((target) => !allowed.some((one) => matches(one, target)))
      .map((target) => `${layer} must not import ${layerOf(target)}: ${path} names ${target}`);
  });

const badNamesIn = (files: Files): readonly string[] =>
  [...files.keys()].filter((path) =>
    path.split('/').some((part) => forbiddenNames.has(part.replace(/\..*/, ''))),
  );

/** Lines that are neither blank nor comment. */
const linesOf = (text: string): number =>
  text
    .replace(/^\s*\/\*[^]*?\*\//gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;

const tooLongIn = (files: Files): readonly string[] =>
  [...files]
    .map(([path, text]) => ({ path, lines: linesOf(text) }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${maxLines}`);

/** Receivers or exporters that are not in their list, or that nobody explains. */
const unlistedIn = (files: Files, group: string): readonly string[] => {
  const folders = new Set(
    [...files.keys()].map(layerOf).filter((layer) => layer.startsWith(`${group}/`)),
  );
  const list = `${group}/index.ts`;
  // What runs in different threads has lists of its own, so that none loads the other's.
  const lists = [...files].filter(([path]) => layerOf(path) === group);
  const listed = new Set(lists.flatMap(([path, text]) => importsOf(path, text)).map(layerOf));
  return [...folders].flatMap((folder) => [
    ...(listed.has(folder) ? [] : [`${folder} is not in ${list}`]),
    ...(files.has(`${folder}/README.md`) ? [] : [`${folder} has no README.md`]),
  ]);
};

const readFiles = (accepts: (path: string) => boolean): Files =>
  new Map(
    ['src', 'receivers', 'exporters', 'grafana']
      .filter((folder) => existsSync(join(root, folder)))
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
          (path) => `${folder}/${path.replaceAll('\\', '/')}`,
        ),
      )
      .filter(accepts)
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );

const isSource = (path: string): boolean => path.endsWith('.ts');
const sources = readFiles(isSource);

describe('the source tree', () => {
  it('imports only what the table allows', () => {
    expect(breachesIn(sources)).toEqual([]);
  });

  it('has no folder or file named after nothing', () => {
    expect(badNamesIn(sources)).toEqual([]);
  });

  it('has no file over 300 lines', () => {
    expect(tooLongIn(sources)).toEqual([]);
  });

  it.each(['receivers', 'exporters'])('lists and explains all %s', (group) => {
    const files = readFiles((path) => isSource(path) || basename(path) === 'README.md');
    expect(unlistedIn(files, group)).toEqual([]);
  });
});

describe('these checks', () => {
  const planted = (path: string, text: string): Files => new Map([[path, text]]);
  const breach = (path: string, text: string): string | undefined =>
    breachesIn(planted(path, text))[0]?.replace(/:.*/, '');

  it.each([
    ['receivers/hooks/index.ts', `import { open } from '../../src/store/sqlite.ts';`, 'store'],
    ['receivers/hooks/index.ts', `import { tail } from '../plans/tail.ts';`, 'receivers/plans'],
    ['receivers/hooks/index.ts', `import type { R } from '../../src/store/store.ts';`, 'store'],
    ['exporters/rest/index.ts', `import { a } from '../otlp/encode.ts';`, 'exporters/otlp'],
    ['exporters/rest/index.ts', `import { a } from '../../src/pipeline/ingest.ts';`, 'pipeline'],
    ['src/store/sqlite.ts', `import {\n  price,\n} from "../pricing/price.ts";`, 'pricing'],
    ['src/pipeline/ingest.ts', `export * from '../store/sqlite.ts';`, 'store'],
    ['src/records/record.ts', `const { a } = await import('../runtime/clock.ts');`, 'runtime'],
    ['src/server/app.ts', `new URL('../cli/worker.ts', import.meta.url)`, 'cli'],
    ['grafana/definitions/a.ts', `import { a } from '../../src/store/sqlite.ts';`, 'store'],
  ])('find the breach planted in %s: %s', (path, text, target) => {
    expect(breach(path, text)).toBe(`${layerOf(path)} must not import ${target}`);
  });

  it.each([
    ['exporters/rest/index.ts', `import type { StoreReader } from '../../src/store/store.ts';`],
    ['exporters/otlp/index.ts', `import { deliver } from '../../src/pipeline/deliver.ts';`],
    ['receivers/hooks/index.ts', `import { decode } from './decode.ts';`],
    ['receivers/index.ts', `import { hooks } from './hooks/index.ts';`],
    ['src/cli/serve.ts', `import { receivers } from '../../receivers/index.ts';`],
    ['src/records/record.ts', `import { z } from 'zod';`],
  ])('let %s have %s', (path, text) => {
    expect(breach(path, text)).toBeUndefined();
  });

  it('find a layer that is not in the table', () => {
    expect(breachesIn(planted('src/extra/a.ts', ''))).toEqual([
      'src/extra/a.ts is in no layer of the table',
    ]);
  });

  it('find bad names, long files and unlisted components', () => {
    expect(badNamesIn(planted('src/store/helpers.ts', ''))).toEqual(['src/store/helpers.ts']);
    expect(badNamesIn(planted('src/utils/a.ts', ''))).toEqual(['src/utils/a.ts']);
    const long = `/* one\n * two */\n// three\n${'a;\n'.repeat(maxLines + 1)}`;
    expect(tooLongIn(planted('src/a.ts', long))).toEqual(['src/a.ts has 301 lines, more than 300']);
    expect(unlistedIn(planted('receivers/foo/index.ts', ''), 'receivers')).toEqual([
      'receivers/foo is not in receivers/index.ts',
      'receivers/foo has no README.md',
    ]);
  });
});
