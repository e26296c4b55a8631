import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackage, packageFolder, type FetchedPackage } from '../fetched-package.ts';

/** The version of chdb that the tests run, which is ClickHouse 26.7 in a process of ours. */
export const ENGINE_VERSION = '3.4.0';

const ENGINE: FetchedPackage = {
  name: 'chdb',
  version: ENGINE_VERSION,
  folder: 'chdb',
  sizeMb: 546,
  isWhole: (folder) => {
    const scope = join(folder, 'node_modules', '@chdb');
    return (
      existsSync(join(folder, 'node_modules', 'chdb', 'index.js')) &&
      existsSync(scope) &&
      readdirSync(scope).some((name) => existsSync(join(scope, name, 'chdb_node.node')))
    );
  },
};

/** Path of the engine's module. */
export const enginePath = (): string => join(packageFolder(ENGINE), 'node_modules', 'chdb');

/** Whether the engine is here; where it is not it is fetched first, which takes a while. */
export const ensureEngine = (): boolean => ensurePackage(ENGINE);
