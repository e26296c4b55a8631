import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Loads the list and prints the packages that came with it. */
const LOADING = `
import { registerHooks } from 'node:module';
const packages = new Set();
registerHooks({
  load: (url, context, next) => {
    const [, name] = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});
const { pushers } = await import(process.argv[1]);
console.log(JSON.stringify({ pushers: pushers.length, packages: [...packages] }));
`;

it('the thread that exports loads no package before an exporter is wanted', () => {
  const list = new URL('../../exporters/pushers.ts', import.meta.url).href;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', LOADING, list], {
    encoding: 'utf8',
  });
  expect(JSON.parse(out)).toEqual({ pushers: 6, packages: [] });
});
