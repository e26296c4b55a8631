/** A process that lets rows leave the store in the folder it is given, a few at a time, until somebody kills it. */
import { openStore } from '../../src/store/open.ts';
import { WriteStore } from '../../src/store/write-store.ts';

const store = new WriteStore(openStore(process.argv[2]!));
const limits = {
  cutoffMs: Number.MAX_SAFE_INTEGER,
  archivedSeq: Number.MAX_SAFE_INTEGER,
  cursors: new Map(),
  backlogBytes: 0,
  lines: 20,
};
process.stdout.write('begun\n');
while (store.prune(limits).isMore);
