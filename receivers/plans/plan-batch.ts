import path from 'node:path';
import type { PlanSnapshotRecord } from '../../src/records/plan.ts';
import type { Batch, Reject } from '../../src/records/record.ts';
import type { Checkout } from './git-checkout.ts';
import type { PlanState } from './plan-states.ts';
import { manifestsOf, packPosition, type Position, signatureOf } from './position.ts';
import type { PlanReading } from './read-plan.ts';

/** A plan that is told of. */
interface Told<State> {
  readonly checkout: Checkout;
  readonly name: string;
  /** What was told of it last. */
  readonly known: State;
  readonly nowMs: number;
}

/** What is to be committed of a plan, and what is known of it then. */
export interface Telling {
  readonly batch: Batch;
  readonly state: PlanState;
}

/** A plan that was read; undefined where there is nothing that could be told. */
export const tellRead = (
  reading: PlanReading,
  told: Told<PlanState | undefined>,
): Telling | undefined => {
  const { checkout, known, nowMs } = told;
  const originPath = originPathOf(reading, told);
  if (originPath === undefined) return undefined;
  const manifests = manifestsOf(reading.sight);
  const toldBefore = known?.position.told ?? '';
  const isTelling = !reading.isOpen && manifests !== toldBefore;
  const position: Position = {
    standing: standingOf(reading, known),
    sinceMs: nowMs,
    told: isTelling ? manifests : toldBefore,
    signature: signatureOf(reading.sight, checkout),
  };
  const { folders, lines, bytes } = reading;
  const batch: Batch = {
    ...emptyBatch(originPath, writtenMs(reading) ?? nowMs, packPosition(position), known),
    records: folders.length === 0 ? [] : [snapshotOf(told, folders)],
    rejects: [...reading.refused, ...(isTelling ? reading.rejects : [])],
    entries: entriesOf(folders),
    checkpoint: { position: packPosition(position), sessionId: null, lines, bytes },
  };
  // A completed plan hardly changes: remembering what all of them had would only cost memory.
  const remembered = folders[0]?.location === 'active' ? { features: reading.features } : {};
  return { batch, state: { originPath, position, readAtMs: performance.now(), ...remembered } };
};

/** A plan that is gone. */
export const tellGone = (told: Told<PlanState>): Telling => {
  const { known, nowMs } = told;
  const { originPath } = known;
  const position: Position = { standing: 'gone', sinceMs: nowMs, told: '', signature: '' };
  const batch: Batch = {
    ...emptyBatch(originPath, nowMs, packPosition(position)),
    records: [snapshotOf(told, [])],
    entries: new Map([['plan_gone', 1]]),
  };
  return { batch, state: { originPath, position } };
};

/** What is refused in a folder that plans lie in. */
export const refusalBatch = (
  originPath: string,
  rejects: readonly Reject[],
  position: string,
  nowMs: number,
): Batch => ({ ...emptyBatch(originPath, nowMs, position), rejects });

const emptyBatch = (
  originPath: string,
  writtenAtMs: number,
  position: string,
  known?: PlanState,
): Batch => {
  const isMoved = known !== undefined && known.originPath !== originPath;
  return {
    source: 'plan',
    origin: {
      path: originPath,
      firstAtMs: null,
      writtenAtMs,
      ...(isMoved && { movedFrom: known.originPath }),
    },
    records: [],
    rejects: [],
    entries: new Map(),
    newestAtMs: null,
    checkpoint: { position, sessionId: null, lines: 0, bytes: 0 },
  };
};

const snapshotOf = (
  { checkout, name, nowMs }: Told<unknown>,
  folders: PlanSnapshotRecord['folders'],
): PlanSnapshotRecord => ({
  kind: 'plan_snapshot',
  name,
  checkout: checkout.path,
  repository: checkout.repository,
  branch: checkout.branch,
  switchedMs: checkout.switchedMs,
  folders,
  observedAtMs: nowMs,
});

/** What was sent once stays known, also where nothing of it may be looked at any more. */
const standingOf = (
  { folders, isBlocked, isOpen }: PlanReading,
  known: PlanState | undefined,
): Position['standing'] => {
  const before = known?.position.standing ?? 'refused';
  if (folders.length === 0 && (before === 'refused' || before === 'gone')) return 'refused';
  if (isBlocked) return 'blocked';
  return isOpen ? 'open' : 'done';
};

const originPathOf = (
  { folders, refused }: PlanReading,
  { checkout, name, known }: Told<PlanState | undefined>,
): string | undefined => {
  const location = folders[0]?.location ?? refused[0]?.name?.split('/')[0];
  if (location === undefined) return known?.originPath;
  return path.join(checkout.path, 'dev', location, name);
};

const writtenMs = ({ sight }: PlanReading): number | undefined => {
  const [first] = sight.folders;
  return first?.manifest?.modifiedMs ?? first?.planModifiedMs ?? first?.changedMs;
};

const entriesOf = (folders: PlanSnapshotRecord['folders']): ReadonlyMap<string, number> => {
  const manifests = folders.filter(({ manifest }) => manifest !== null).length;
  const counts: readonly (readonly [string, number])[] = [
    ['plan_manifest', manifests],
    ['plan_folder', folders.length - manifests],
  ];
  return new Map(counts.filter(([, count]) => count > 0));
};
