import { existsSync } from 'node:fs';
import path from 'node:path';
import { isRemote } from '../../src/runtime/remote-folder.ts';
import type { PlansConfig } from './config.ts';
import { Hints } from './hints.ts';
import { BREATH, breath, type LookParts, PlanLooks, type WatchedFolder } from './plan-looks.ts';
import { isPlanName } from './plan-location.ts';
import type { Problems } from './problems.ts';
import { findProjects, type ProjectFolder } from './project-folders.ts';
import { type WatchKind, Watches } from './watches.ts';

/** What following needs. */
export interface FollowParts extends Omit<LookParts, 'onLater' | 'onFolder'> {
  readonly settings: PlansConfig;
  readonly problems: Problems;
  readonly projects: () => readonly string[];
  /** There is something to do sooner than was said. */
  readonly onHint: () => void;
  readonly onRefused: (reason: string) => void;
}

interface Hint {
  readonly project: ProjectFolder;
  /** Null for everything in the project. */
  readonly name: string | null;
}

/** Files of a plan that matter; the others are for the agent. */
const FILES: ReadonlySet<string> = new Set(['plan.md', 'manifest.jsonl', 'features.json']);

/** Follows plans: hears of changes, and looks at those that it cannot hear of. */
export class Follower {
  readonly #parts: FollowParts;
  readonly #looks: PlanLooks;
  readonly #hints: Hints<Hint>;
  readonly #watches: Watches;
  readonly #told = new Set<string>();
  #newlyTold: readonly string[] = [];
  #projects: ReadonlyMap<string, ProjectFolder> = new Map();
  /** Projects that are looked at again and again, since not everything in them can be heard. */
  readonly #polled = new Map<string, ProjectFolder>();
  readonly #remote = new Map<string, boolean>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;
  #polledAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FollowParts) {
    this.#parts = parts;
    this.#hints = new Hints(parts.settings.debounceMs);
    this.#watches = new Watches(parts.onRefused);
    this.#looks = new PlanLooks({ ...parts, onLater: this.#later, onFolder: this.#listenTo });
  }

  get waiting(): number {
    return this.#hints.size;
  }

  /** Milliseconds until there is something to do. */
  waitMs(): number {
    if (this.#newlyTold.length > 0) return 0;
    const { sweepIntervalMs, pollIntervalMs } = this.#parts.settings;
    const pollMs =
      this.#polled.size > 0 ? this.#polledAtMs + pollIntervalMs : Number.POSITIVE_INFINITY;
    const nextMs = Math.min(this.#sweptAtMs + sweepIntervalMs, pollMs, this.#hints.nextMs());
    return Math.max(0, nextMs - performance.now());
  }

  /** Takes in folders that a session has begun to work in. */
  tell(folders: readonly string[]): void {
    for (const folder of folders) this.#told.add(folder);
    this.#newlyTold = [...this.#newlyTold, ...folders];
    this.#parts.onHint();
  }

  /** Looks at everything next. */
  distrust(): void {
    this.#sweptAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Does what is due; throws as the sink does. */
  async step(signal: AbortSignal): Promise<void> {
    const { sweepIntervalMs, pollIntervalMs } = this.#parts.settings;
    if (performance.now() - this.#sweptAtMs >= sweepIntervalMs) return await this.#sweep(signal);
    await this.#lookAtNew(signal);
    await this.#lookAtHinted(signal);
    if (this.#polled.size === 0 || performance.now() - this.#polledAtMs < pollIntervalMs) return;
    for (const project of this.#polled.values())
      await this.#looks.project(project, signal, 'active');
    this.#polledAtMs = performance.now();
  }

  close(): void {
    this.#watches.close();
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { projects, settings, problems } = this.#parts;
    this.#newlyTold = [];
    this.#remote.clear();
    this.#polled.clear();
    this.#projects = findProjects([...projects(), ...settings.roots, ...this.#told]);
    this.#watches.beginRound();
    problems.beginRound();
    // Those with plans first, since there is an end to what can be watched.
    const isEmpty = (project: ProjectFolder): boolean =>
      !existsSync(path.join(project.path, 'dev'));
    const sorted = Map.groupBy(this.#projects.values(), isEmpty);
    const all = [...(sorted.get(false) ?? []), ...(sorted.get(true) ?? [])];
    for (const [index, project] of all.entries()) {
      if (signal.aborted) return;
      if (index % BREATH === BREATH - 1) await breath();
      await this.#lookAt(project, signal);
    }
    this.#watches.endRound();
    problems.endRound();
    this.#sweptAtMs = performance.now();
    this.#polledAtMs = this.#sweptAtMs;
  }

  async #lookAtNew(signal: AbortSignal): Promise<void> {
    const told = this.#newlyTold;
    this.#newlyTold = [];
    if (told.length === 0) return;
    const found = findProjects(told);
    const added = [...found.values()].filter(({ path: folder }) => !this.#projects.has(folder));
    this.#projects = new Map([...this.#projects, ...found]);
    for (const project of added) await this.#lookAt(project, signal);
  }

  async #lookAtHinted(signal: AbortSignal): Promise<void> {
    const due = this.#hints.take(performance.now());
    const byProject = Map.groupBy(due, ({ what }) => what.project.path);
    for (const [folder, hints] of byProject) {
      // It may have become a git checkout since it is watched.
      const project = this.#projects.get(folder) ?? hints[0]!.what.project;
      const isWhole = hints.some(({ what, isEarly }) => what.name === null && !isEarly);
      if (isWhole) {
        await this.#lookAt(project, signal);
        continue;
      }
      for (const isEarly of [true, false]) {
        const names = hints.flatMap((hint) =>
          hint.isEarly === isEarly && hint.what.name !== null ? [hint.what.name] : [],
        );
        if (names.length > 0) await this.#looks.plans(project, names, { signal, isEarly });
      }
    }
  }

  async #lookAt(project: ProjectFolder, signal: AbortSignal): Promise<void> {
    this.#watchProject(project);
    await this.#looks.project(project, signal);
  }

  /** Where there is no `dev` yet, its making is heard of; where there is one, that of what lies in it. */
  #watchProject(project: ProjectFolder): void {
    const dev = path.join(project.path, 'dev');
    this.#ensure(project, project.path, 'project', (name) => {
      if (name === null || name === 'dev') this.#hint(project, null);
    });
    if (!existsSync(dev)) return;
    this.#ensure(project, dev, 'location', (name) => {
      if (name === null || name === 'active' || name === 'complete') this.#hint(project, null);
    });
  }

  readonly #listenTo = ({ project, real, kind, name }: WatchedFolder): boolean =>
    this.#ensure(project, real, kind, (changed) => {
      const isPlan = kind !== 'location';
      if (isPlan && (changed === null || FILES.has(changed))) this.#hint(project, name);
      if (!isPlan && (changed === null || isPlanName(changed))) this.#hint(project, changed);
    });

  /** Whether a watch was made just now. */
  #ensure(
    project: ProjectFolder,
    folder: string,
    kind: WatchKind,
    onChange: (name: string | null) => void,
  ): boolean {
    const state = this.#isRemote(project)
      ? 'refused'
      : this.#watches.ensure({ owner: project.path, folder, kind, onChange });
    if (state === 'refused' && (kind === 'location' || kind === 'active'))
      this.#polled.set(project.path, project);
    return state === 'new';
  }

  #isRemote({ path: folder }: ProjectFolder): boolean {
    const known = this.#remote.get(folder) ?? isRemote(folder);
    this.#remote.set(folder, known);
    return known;
  }

  #hint(project: ProjectFolder, name: string | null): void {
    this.#hints.add(keyOf(project, name), { project, name }, performance.now());
    this.#parts.onHint();
  }

  readonly #later = (project: ProjectFolder, name: string, afterMs = 0): void => {
    const { debounceMs } = this.#parts.settings;
    const dueMs = performance.now() + Math.max(afterMs, debounceMs, 10);
    this.#hints.addLater(keyOf(project, name), { project, name }, dueMs);
  };
}

const keyOf = ({ path: folder }: ProjectFolder, name: string | null): string =>
  `${folder}\0${name ?? ''}`;
