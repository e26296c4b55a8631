import type { PusherDeps } from '../../src/component.ts';
import type { Telling } from './entry-attributes.ts';
import type { Target } from './settings.ts';
import type { Origin } from './span-draft.ts';

/** What the loops of traces and logs are made of. */
export interface SignalParts extends Telling {
  readonly target: Target;
  readonly deps: PusherDeps;
  readonly origin: Origin;
  /** Whether what happened before OTLP was set up goes out too. */
  readonly hasHistory: boolean;
  /** A number from 0 up to 1, for the back-off. */
  readonly random?: () => number;
  /** Milliseconds that a batch which is not full waits for more. */
  readonly lingerMs?: number;
}
