import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OriginState } from '../../src/records/record.ts';
import { originPlaceOf, type Position, unpackPosition } from './position.ts';

/** What is known of a plan in one checkout. */
export interface PlanState {
  readonly originPath: string;
  readonly position: Position;
  /** Features that its manifest had when it was read last; undefined where that is not known. */
  readonly features?: ReadonlySet<string>;
  /** When it was read last, on the clock that only goes forward. */
  readonly readAtMs?: number;
}

/** What was committed of every plan. */
export class PlanStates {
  readonly #plans = new Map<string, Map<string, PlanState>>();
  readonly #locations = new Map<string, string>();

  constructor(origins: readonly OriginState[]) {
    for (const origin of origins) {
      const place = originPlaceOf(origin);
      if (place === null) continue;
      const { checkout, name } = place;
      if (name === null) this.#locations.set(origin.path, origin.position);
      else {
        const position = unpackPosition(origin.position);
        if (position !== null) this.set(checkout, name, { originPath: origin.path, position });
      }
    }
  }

  get(checkout: string, name: string): PlanState | undefined {
    return this.#plans.get(checkout)?.get(name);
  }

  set(checkout: string, name: string, state: PlanState): void {
    const plans = this.#plans.get(checkout) ?? new Map<string, PlanState>();
    this.#plans.set(checkout, plans.set(name, state));
  }

  /** Whether there is anything to look at in a project: costs one look where there is not. */
  mayHavePlans(project: string): boolean {
    return this.#plans.has(project) || existsSync(path.join(project, 'dev'));
  }

  /** Names of the plans of a checkout that were ever seen. */
  names(checkout: string): readonly string[] {
    return [...(this.#plans.get(checkout)?.keys() ?? [])];
  }

  /** What was refused in a location, as text. */
  refusedIn(location: string): string {
    return this.#locations.get(location) ?? '';
  }

  setRefusedIn(location: string, refused: string): void {
    this.#locations.set(location, refused);
  }
}
