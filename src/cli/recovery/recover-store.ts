import path from 'node:path';
import { ARCHIVE } from '../../records/archive-line.ts';
import type { BackfillProgress } from '../../component.ts';
import { countText } from '../figures.ts';
import { type Built, buildFromArchive } from './build-from-archive.ts';
import { findDamage } from './find-damage.ts';
import { putAside } from './put-aside.ts';

/** What became of a store that could not be used. */
export interface Recovery {
  /** What was wrong with it. */
  readonly reason: string;
  /** Name that it has now; null where it was gone. */
  readonly aside: string | null;
  /** Null where there is no archive. */
  readonly built: Built | null;
}

/** How recovering is told of. */
export interface RecoverOptions {
  readonly home: string;
  readonly nowMs: number;
  /** Told before the work begins, which may take a while. */
  readonly onDamage: (reason: string) => void;
  readonly onProgress?: (progress: BackfillProgress) => void;
}

/**
 * Makes the store in `home` usable: one that is damaged is put aside, and what the archive holds is built anew; what it
 * does not hold is read again from files that are still there. Null where nothing is wrong. Only for whoever holds the
 * lock.
 */
export const recoverStore = async (options: RecoverOptions): Promise<Recovery | null> => {
  const { home, nowMs, onDamage, onProgress } = options;
  const root = path.join(home, ARCHIVE);
  const reason = await findDamage(home, root);
  if (reason === null) return null;
  onDamage(reason);
  const built = await buildFromArchive({
    home,
    root,
    nowMs,
    ...(onProgress !== undefined && { onProgress }),
  });
  return { reason, built, aside: built === null ? putAside(home, nowMs) : built.putAside };
};

/** What was done, in words. */
export const recoveryText = ({ reason, aside, built }: Recovery): string => {
  const kept = aside === null ? '' : ` What there was is kept as ${aside}.`;
  if (built === null)
    return `The store could not be used: ${reason}.${kept} There is no archive, so a new one is filled from the files that are still there.`;
  const rows = Object.values(built.lines).reduce((sum, count) => sum + count, 0);
  const without = shortfallText(built);
  return `The store could not be used: ${reason}.${kept} It was rebuilt from ${countText(rows)} lines of the archive.${without} Files that are still there are read again.`;
};

/** What of the archive could not be used, in words; nothing where all of it could. */
const shortfallText = ({ missing, damaged, rejected }: Built): string => {
  const parts = [
    missing.length > 0 && `${countText(missing.length)} of its files are missing`,
    damaged.length > 0 && `${countText(damaged.length)} are damaged`,
    rejected > 0 && `${countText(rejected)} lines could not be used`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : ` Of the archive, ${parts.join(', ')}.`;
};
