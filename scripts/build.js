// Builds dist/, what is published: the TypeScript as JavaScript, and the data files beside it.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const sources = ['src', 'receivers', 'exporters'];
const notShipped = new Set(['.ts', '.md']);

const filesIn = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    : [];

const compile = () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
};

const copyData = () => {
  const data = sources.flatMap(filesIn).filter((file) => !notShipped.has(extname(file)));
  for (const file of data) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    cpSync(join(root, file), join(dist, file));
  }
  return data.length;
};

/** tsc rewrites `./x.ts` in imports only; a worker is named by `new URL('./x.ts', import.meta.url)`. */
const rewriteWorkerUrls = (files) => {
  for (const file of files) {
    const path = join(dist, file);
    const text = readFileSync(path, 'utf8');
    const rewritten = text.replace(
      /(new URL\(\s*(['"])\.{1,2}\/[^'"]+)\.ts(\2,\s*import\.meta\.url)/g,
      '$1.js$3',
    );
    if (rewritten !== text) writeFileSync(path, rewritten);
  }
};

rmSync(dist, { recursive: true, force: true });
compile();
const copied = copyData();
const emitted = filesIn('dist').map((file) => file.slice('dist/'.length));
rewriteWorkerUrls(emitted.filter((file) => file.endsWith('.js')));
process.stdout.write(`dist: ${emitted.length} files, ${copied} of them data.\n`);
