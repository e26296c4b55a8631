import path from 'node:path';
import type { OriginState } from '../../src/records/record.ts';
import type { Checkout } from './git-checkout.ts';
import type { PlanSight } from './plan-sight.ts';

/**
 * How a plan stands: `done` as it was sent, `open` where the manifest may be half written, `blocked` where something of
 * it could not be read, `gone`, or `refused` where nothing of it was ever sent.
 */
export type PlanStanding = 'done' | 'open' | 'blocked' | 'gone' | 'refused';

/** What was told of a plan last, in one checkout. */
export interface Position {
  readonly standing: PlanStanding;
  /** When it was seen so first. */
  readonly sinceMs: number;
  /** The manifests whose rejects were told. */
  readonly told: string;
  readonly signature: string;
}

/** Where a plan's origin lies: the checkout and the name, or the location where it is that of a location itself. */
export interface OriginPlace {
  readonly checkout: string;
  readonly name: string | null;
}

/** Position as the text of a checkpoint. */
export const packPosition = ({ standing, sinceMs, told, signature }: Position): string =>
  JSON.stringify([standing, sinceMs, told, signature]);

/** Position from the text of a checkpoint; null where another version wrote it. */
export const unpackPosition = (text: string): Position | null => {
  try {
    const [standing, sinceMs, told, signature] = JSON.parse(text) as Parameters<typeof positionOf>;
    return positionOf(standing, sinceMs, told, signature);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
};

const positionOf = (
  standing: PlanStanding,
  sinceMs: number,
  told: string,
  signature: string,
): Position => ({ standing, sinceMs, told, signature });

/** What is told apart: a plan whose text is the same has nothing new. */
export const signatureOf = (sight: PlanSight, { branch, switchedMs }: Checkout): string =>
  JSON.stringify([
    branch,
    switchedMs,
    sight.folders.map(({ location, folderId, planWrittenMs, manifest }) => [
      location,
      folderId,
      planWrittenMs,
      manifest && [
        manifest.name,
        manifest.inode,
        manifest.sizeBytes,
        manifest.modifiedMs,
        manifest.changedMs,
      ],
    ]),
    sight.rejects.map(({ reason, name }) => [reason, name]),
  ]);

/** The manifests of a plan, wherever its folder lies. */
export const manifestsOf = (sight: PlanSight): string =>
  sight.folders
    .flatMap(({ manifest }) =>
      manifest === null
        ? []
        : [`${manifest.name} ${manifest.inode} ${manifest.sizeBytes} ${manifest.modifiedMs}`],
    )
    .join(', ');

/** What an origin's path says. */
export const originPlaceOf = ({ path: place }: Pick<OriginState, 'path'>): OriginPlace | null => {
  const folder = path.dirname(place);
  if (isLocation(folder))
    return { checkout: path.dirname(path.dirname(folder)), name: path.basename(place) };
  return isLocation(place) ? { checkout: path.dirname(path.dirname(place)), name: null } : null;
};

const isLocation = (place: string): boolean =>
  ['active', 'complete'].includes(path.basename(place)) &&
  path.basename(path.dirname(place)) === 'dev';
