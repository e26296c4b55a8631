import path from 'node:path';
import type { Sink } from '../../src/component.ts';
import { isSystemError } from '../../src/errors.ts';
import { type Checkout, checkoutOf } from './git-checkout.ts';
import { Outbox } from './outbox.ts';
import { refusalBatch, tellGone, tellRead } from './plan-batch.ts';
import { listPlans, locate, LOCATIONS } from './plan-location.ts';
import { newsOf, type PlanNews, SETTLED_AFTER_MS } from './plan-news.ts';
import { type FolderSight, type PlanSight, sightOf } from './plan-sight.ts';
import type { PlanState, PlanStates } from './plan-states.ts';
import type { ProjectFolder } from './project-folders.ts';
import { type PlanReading, readPlan } from './read-plan.ts';

/** What looking needs. */
export interface LookParts {
  readonly states: PlanStates;
  readonly sink: Sink;
  readonly now: () => number;
  readonly maxManifestBytes: number;
  /** A plan or location that may not be looked at, with the reason; without one where it may be again. */
  readonly onProblem: (path: string, reason?: string) => void;
  /** A plan that is to be looked at again, after a time where that matters. */
  readonly onLater?: (project: ProjectFolder, name: string, afterMs?: number) => void;
  /** Folders that are about to be looked into; true where what happened there before may have been missed. */
  readonly onFolder?: (folder: WatchedFolder) => boolean;
}

/** A folder that changes are heard from. */
export interface WatchedFolder {
  readonly project: ProjectFolder;
  readonly real: string;
  readonly kind: 'location' | 'active' | 'complete';
  /** Name of the plan, where it is that of one. */
  readonly name: string | null;
}

const MAX_TRIES = 3;
/** So many plans or projects are looked at before others get their turn. */
export const BREATH = 100;

/** Gives others their turn. */
export const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Looks at plans and sends what is new of them. */
export class PlanLooks {
  readonly #parts: LookParts;
  readonly #outbox: Outbox;

  constructor(parts: LookParts) {
    this.#parts = parts;
    this.#outbox = new Outbox(parts.sink);
  }

  /** Snapshots that were sent since the beginning. */
  get sent(): number {
    return this.#outbox.sent;
  }

  /** Looks at every plan of a project, or at those that lie in `dev/active`; throws as the sink does. */
  async project(project: ProjectFolder, signal: AbortSignal, only?: 'active'): Promise<void> {
    const { states } = this.#parts;
    if (!states.mayHavePlans(project.path)) return;
    const checkout = this.#checkout(project);
    if (checkout === undefined) return;
    const names = new Set<string>();
    for (const location of only === undefined ? LOCATIONS : [only])
      for (const name of await this.#list(project, checkout, location)) names.add(name);
    for (const name of states.names(checkout.path)) {
      const isIncluded =
        only === undefined || locationOf(states.get(checkout.path, name)!.originPath) === only;
      if (isIncluded) names.add(name);
    }
    await this.plans(project, [...names], { signal });
  }

  /**
   * Looks at some plans of a project; throws as the sink does. While they may go on changing, only what is beyond doubt
   * is told: a manifest that has every feature it had, and nothing else.
   */
  async plans(
    project: ProjectFolder,
    names: readonly string[],
    { signal, isEarly = false }: { readonly signal: AbortSignal; readonly isEarly?: boolean },
  ): Promise<void> {
    const checkout = this.#checkout(project);
    if (checkout === undefined) return;
    for (const [index, name] of names.entries()) {
      if (signal.aborted) break;
      if (index % BREATH === BREATH - 1) await breath();
      if (isEarly) await this.#planEarly(project, checkout, name);
      else await this.#plan(project, checkout, name);
    }
    await this.#outbox.flush();
  }

  async #list(
    project: ProjectFolder,
    checkout: Checkout,
    which: FolderSight['location'],
  ): Promise<readonly string[]> {
    const location = locate(checkout, which);
    const { states, onFolder, onProblem, now } = this.#parts;
    if (location.real !== null)
      onFolder?.({ project, real: location.real, kind: 'location', name: null });
    const { names, rejects, problem } = listPlans(location);
    onProblem(location.path, problem);
    const refused = rejects.length === 0 ? '' : JSON.stringify(rejects);
    const { path: place } = location;
    if (refused !== states.refusedIn(place))
      await this.#outbox.add(refusalBatch(place, rejects, refused, now()), () =>
        states.setRefusedIn(place, refused),
      );
    return names;
  }

  async #plan(project: ProjectFolder, checkout: Checkout, name: string): Promise<void> {
    const { states, onLater } = this.#parts;
    const state = states.get(checkout.path, name);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const glance = this.#trial(keyOf(checkout, name), () =>
        this.#glance(project, checkout, name),
      );
      if (glance === undefined || glance.news === 'none') return;
      const { sight, news } = glance;
      if (news === 'later')
        return onLater?.(project, name, state?.position.standing === 'open' ? SETTLED_AFTER_MS : 0);
      if (news === 'gone') return await this.#tellGone(checkout, name, state!);
      const reading = this.#read(sight, state, news === 'settle');
      if (reading === undefined) continue;
      this.#parts.onProblem(keyOf(checkout, name), reading.problems[0]);
      if (news !== 'retry' || !reading.isBlocked) await this.#tell(checkout, name, reading);
      if (reading.isOpen) onLater?.(project, name, SETTLED_AFTER_MS);
      return;
    }
    onLater?.(project, name);
  }

  async #planEarly(project: ProjectFolder, checkout: Checkout, name: string): Promise<void> {
    const state = this.#parts.states.get(checkout.path, name);
    if (state?.features === undefined || state.features.size === 0) return;
    const glance = this.#trial(keyOf(checkout, name), () => this.#glance(project, checkout, name));
    if (glance?.news !== 'read') return;
    const reading = this.#read(glance.sight, state, false);
    const isMoved = reading?.folders.some(
      ({ location }) => location !== locationOf(state.originPath),
    );
    if (reading?.isWhole === true && isMoved === false) await this.#tell(checkout, name, reading);
  }

  #glance(
    project: ProjectFolder,
    checkout: Checkout,
    name: string,
  ): { readonly sight: PlanSight; readonly news: PlanNews } {
    const { states, now, onProblem } = this.#parts;
    const sight = this.#sight(project, checkout, name);
    const news = newsOf(checkout, sight, states.get(checkout.path, name), now());
    const [problem] = sight.problems;
    if (problem !== undefined || news === 'none') onProblem(keyOf(checkout, name), problem);
    return { sight, news };
  }

  #checkout(project: ProjectFolder): Checkout | undefined {
    const checkout = this.#trial(project.path, () => checkoutOf(project));
    if (checkout !== undefined) this.#parts.onProblem(project.path);
    return checkout;
  }

  /** Undefined where the system refuses something that it usually does not; the next sweep tries again. */
  #trial<T>(what: string, look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#parts.onProblem(what, error.message);
      return undefined;
    }
  }

  #sight(project: ProjectFolder, checkout: Checkout, name: string): PlanSight {
    const sight = sightOf(checkout, name);
    const { onFolder } = this.#parts;
    if (onFolder === undefined) return sight;
    const isMissed = sight.folders
      .map(({ real, location }) => onFolder({ project, real, kind: location, name }))
      .some(Boolean);
    return isMissed ? sightOf(checkout, name) : sight;
  }

  #read(
    sight: PlanSight,
    state: PlanState | undefined,
    isSettled: boolean,
  ): PlanReading | undefined {
    const { maxManifestBytes, now } = this.#parts;
    return readPlan(sight, {
      maxManifestBytes,
      nowMs: now(),
      isSettled,
      knownFeatures: state?.features,
    });
  }

  async #tell(checkout: Checkout, name: string, reading: PlanReading): Promise<void> {
    const { states, now } = this.#parts;
    const known = states.get(checkout.path, name);
    const telling = tellRead(reading, { checkout, name, known, nowMs: now() });
    if (telling === undefined) return;
    await this.#outbox.add(telling.batch, () => states.set(checkout.path, name, telling.state));
  }

  async #tellGone(checkout: Checkout, name: string, known: PlanState): Promise<void> {
    const { states, now, onProblem } = this.#parts;
    onProblem(keyOf(checkout, name));
    const { batch, state } = tellGone({ checkout, name, known, nowMs: now() });
    await this.#outbox.add(batch, () => states.set(checkout.path, name, state));
  }
}

const keyOf = ({ path: folder }: Checkout, name: string): string => `${folder}: ${name}`;

const locationOf = (originPath: string): string => path.basename(path.dirname(originPath));
