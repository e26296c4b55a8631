import { statfsSync } from 'node:fs';

/** File systems on which changes made elsewhere are never told: NFS, SMB, CIFS, SMB2, 9P, FUSE, AFS. */
const REMOTE: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x5346414f,
]);

/** Whether a folder lies on a file system that does not tell of changes. */
export const isRemote = (folder: string): boolean => {
  try {
    return REMOTE.has(statfsSync(folder).type);
  } catch {
    // A folder that cannot be asked about cannot be watched either.
    return true;
  }
};
