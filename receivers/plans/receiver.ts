import type { Receiver, ReceiverDeps } from '../../src/component.ts';
import { TransientError } from '../../src/errors.ts';
import { Alarm } from '../../src/runtime/alarm.ts';
import type { PlansConfig } from './config.ts';
import { Follower } from './follower.ts';
import { PlanLooks } from './plan-looks.ts';
import { PlanStates } from './plan-states.ts';
import { Problems } from './problems.ts';
import { findProjects } from './project-folders.ts';

/** A wait before trying again, where the store could not be written to. */
const RETRY_MS = 2000;

/** Makes the receiver. It may run in a thread that has no need of the schemas, so they are kept apart. */
export const createPlans = (settings: PlansConfig, deps: ReceiverDeps): PlansReceiver =>
  new PlanReceiver(settings, deps);

/** The running receiver. */
export interface PlansReceiver extends Receiver {
  /** Looks at every plan once, and returns how many snapshots were sent. */
  readonly look: (signal: AbortSignal) => Promise<number>;
}

class PlanReceiver implements PlansReceiver {
  readonly name = 'plans';
  readonly #settings: PlansConfig;
  readonly #deps: ReceiverDeps;
  readonly #alarm = new Alarm();
  readonly #problems: Problems;
  #looks: PlanLooks | undefined;
  #follower: Follower | undefined;
  #isRefused = false;
  #trouble: string | undefined;

  constructor(settings: PlansConfig, deps: ReceiverDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#problems = new Problems(deps);
  }

  readonly trouble = (): string | undefined => {
    const { first } = this.#problems;
    return this.#trouble ?? (first && `Cannot read the plans of ${first[0]}: ${first[1]}`);
  };

  readonly waiting = (): number => this.#follower?.waiting ?? 0;

  readonly look = async (signal: AbortSignal): Promise<number> => {
    const { enabled, roots } = this.#settings;
    if (!enabled) return 0;
    const looks = (this.#looks ??= new PlanLooks(this.#parts()));
    const before = looks.sent;
    this.#problems.beginRound();
    for (const project of findProjects([...this.#deps.projects(), ...roots]).values()) {
      if (signal.aborted) break;
      await looks.project(project, signal);
    }
    if (!signal.aborted) this.#problems.endRound();
    return looks.sent - before;
  };

  readonly run = async (signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', this.#alarm.wake, { once: true });
    if (!this.#settings.enabled) return await aborted(signal);
    const told = new Set<string>();
    this.#deps.events.projects.listen((folders) => {
      for (const folder of folders) told.add(folder);
      this.#follower?.tell(folders);
    });
    await this.#caughtUp(signal);
    if (signal.aborted) return;
    const follower = this.#newFollower();
    this.#follower = follower;
    follower.tell([...told]);
    try {
      while (!signal.aborted) {
        await this.#step(follower, signal);
        await this.#alarm.sleep(follower.waitMs(), signal);
      }
    } finally {
      follower.close();
    }
  };

  /** Plans belong to sessions, which transcripts tell of: a first filling comes before them. */
  async #caughtUp(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#deps.events.caughtUp.listen(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Does what is due; where it cannot be committed nothing moves, and everything is looked at again. */
  async #step(follower: Follower, signal: AbortSignal): Promise<void> {
    try {
      await follower.step(signal);
      this.#trouble = undefined;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (this.#trouble === undefined)
        this.#deps.log.error(
          { err: error },
          'Plans are read again when the store can be written to.',
        );
      this.#trouble = error.message;
      follower.distrust();
      await this.#alarm.sleep(error.retryAfterMs ?? RETRY_MS, signal);
    }
  }

  #newFollower(): Follower {
    return new Follower({
      ...this.#parts(),
      settings: this.#settings,
      problems: this.#problems,
      projects: this.#deps.projects,
      onHint: this.#alarm.wake,
      onRefused: this.#refused,
    });
  }

  #parts() {
    const { sink, now, origins } = this.#deps;
    const { maxManifestBytes } = this.#settings;
    const states = new PlanStates(origins('plan'));
    return { states, sink, now, maxManifestBytes, onProblem: this.#problems.note };
  }

  readonly #refused = (reason: string): void => {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#deps.log.warn(
      { reason },
      'Changes of plans are not told by the system; looking for them instead.',
    );
  };
}

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
};
