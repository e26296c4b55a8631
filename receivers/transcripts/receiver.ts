import type { Receiver, ReceiverDeps } from '../../src/component.ts';
import { TransientError } from '../../src/errors.ts';
import { Alarm } from '../../src/runtime/alarm.ts';
import { isRemote } from '../../src/runtime/remote-folder.ts';
import { backfill } from './backfill.ts';
import type { TranscriptsConfig } from './config.ts';
import { transcriptRoots } from './discover.ts';
import { Follower } from './follow.ts';
import { ownTranscript } from './own-transcript.ts';
import { Positions } from './plan-readings.ts';
import { type Watch, watchTranscripts } from './watch.ts';

/** A wait before trying again, where the store could not be written to. */
const RETRY_MS = 2000;
const MAX_PROBLEMS = 1000;

/** Makes the receiver. It may run in a thread that has no need of the schemas, so they are kept apart. */
export const createTranscripts = (settings: TranscriptsConfig, deps: ReceiverDeps): Receiver =>
  new TranscriptReceiver(settings, deps);

class TranscriptReceiver implements Receiver {
  readonly name = 'transcripts';
  readonly #settings: TranscriptsConfig;
  readonly #deps: ReceiverDeps;
  readonly #problems = new Map<string, string>();
  readonly #hinted = new Set<string>();
  #positions: Positions;
  #follower: Follower;
  readonly #alarm = new Alarm();
  #isPolling = false;
  #sweptAtMs = 0;
  #trouble: string | undefined;

  constructor(settings: TranscriptsConfig, deps: ReceiverDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#positions = new Positions([]);
    this.#follower = this.#newFollower();
  }

  readonly trouble = (): string | undefined => {
    const [first] = this.#problems;
    if (this.#trouble !== undefined) return this.#trouble;
    if (first === undefined) return undefined;
    const more = this.#problems.size > 1 ? ` and ${this.#problems.size - 1} more` : '';
    return `Cannot read ${first[0]}${more}: ${first[1]}`;
  };

  readonly run = async (signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', this.#alarm.wake, { once: true });
    const watches = new Map<string, Watch>();
    try {
      await this.#watchRoots(watches);
      await this.#untilDone(signal, () => this.#catchUp(signal));
      if (signal.aborted) return;
      this.#deps.events.caughtUp.tell();
      this.#deps.events.transcripts.listen((paths) => this.#hint(this.#ownOf(paths)));
      await this.#follow(signal, watches);
    } finally {
      await Promise.all([...watches.values()].map((watch) => watch.close()));
    }
  };

  /** Starts from what is committed. */
  #recall(): void {
    this.#positions = new Positions(this.#deps.origins('transcript'));
    this.#follower = this.#newFollower();
  }

  #newFollower(): Follower {
    const { sink, now } = this.#deps;
    return new Follower({ positions: this.#positions, sink, now, onProblem: this.#problem });
  }

  readonly #problem = (path: string, reason: string): void => {
    if (this.#problems.get(path) === reason) return;
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.set(path, reason);
    this.#deps.count('read_errors', 'transcript');
    this.#deps.log.warn({ path, reason }, 'A transcript cannot be read; it is tried again.');
  };

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { claudeDirs, threads } = this.#settings;
    const { sink, events } = this.#deps;
    this.#recall();
    await backfill({
      claudeDirs,
      positions: this.#positions,
      sink,
      onProgress: events.backfill.tell,
      onProblem: this.#problem,
      threads,
      signal,
    });
    await this.#follower.sweep(transcriptRoots(claudeDirs));
  }

  async #follow(signal: AbortSignal, watches: Map<string, Watch>): Promise<void> {
    const { sweepIntervalMs, pollIntervalMs, claudeDirs } = this.#settings;
    this.#sweptAtMs = performance.now();
    while (!signal.aborted) {
      const untilSweep = this.#sweptAtMs + sweepIntervalMs - performance.now();
      // A folder that is not there cannot be watched: the first session of all makes it.
      const isAllThere = transcriptRoots(claudeDirs).length === claudeDirs.length;
      const untilLook = this.#isPolling || !isAllThere ? pollIntervalMs : untilSweep;
      if (this.#hinted.size === 0)
        await this.#alarm.sleep(Math.max(0, Math.min(untilLook, untilSweep)), signal);
      if (signal.aborted) return;
      if (this.#hasNewRoot(watches)) this.#sweptAtMs = Number.NEGATIVE_INFINITY;
      await this.#untilDone(signal, async () => {
        const hinted = [...this.#hinted];
        this.#hinted.clear();
        await this.#follower.readFiles(hinted);
        if (performance.now() - this.#sweptAtMs >= sweepIntervalMs) {
          this.#problems.clear();
          await this.#watchRoots(watches);
          await this.#follower.sweep(transcriptRoots(claudeDirs));
          this.#sweptAtMs = performance.now();
        } else if (this.#isPolling) await this.#follower.quickLook();
      });
    }
  }

  #hasNewRoot(watches: ReadonlyMap<string, Watch>): boolean {
    if (this.#isPolling) return false;
    return transcriptRoots(this.#settings.claudeDirs).some((root) => !watches.has(root));
  }

  /** Tries again, with a wait, as long as the store cannot be written to; nothing is lost, since no position moves. */
  async #untilDone(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await work();
        this.#trouble = undefined;
        return;
      } catch (error) {
        if (signal.aborted && error === signal.reason) return;
        if (!(error instanceof TransientError)) throw error;
        if (this.#trouble === undefined)
          this.#deps.log.error({ err: error }, 'Reading stops until the store can be written to.');
        this.#trouble = error.message;
        // What was hinted may not have been read: look at everything next.
        this.#sweptAtMs = Number.NEGATIVE_INFINITY;
        await this.#alarm.sleep(error.retryAfterMs ?? RETRY_MS, signal);
      }
    }
  }

  /** Watches roots that are not watched yet; a root may appear long after the start. */
  async #watchRoots(watches: Map<string, Watch>): Promise<void> {
    if (this.#settings.watch === 'poll') this.#isPolling = true;
    if (this.#isPolling) return;
    for (const root of transcriptRoots(this.#settings.claudeDirs)) {
      if (watches.has(root)) continue;
      if (this.#settings.watch === 'auto' && isRemote(root)) {
        this.#poll(`${root} lies on a file system that tells of no changes`);
        return;
      }
      const watch = await watchTranscripts([root], {
        onFile: (file) => this.#hint([file]),
        onFolder: (folder) => this.#hint(this.#follower.filesIn(folder)),
        onLost: (reason) => this.#poll(reason),
      });
      watches.set(root, watch);
    }
  }

  #poll(reason: string): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#deps.log.warn(
      { reason },
      'Changes are not told by the system; looking for them instead.',
    );
    this.#alarm.wake();
  }

  /** Of paths that others name, those that are transcripts of ours. */
  #ownOf(paths: readonly string[]): readonly string[] {
    const roots = transcriptRoots(this.#settings.claudeDirs);
    return paths.flatMap((named) => ownTranscript(named, roots) ?? []);
  }

  #hint(files: readonly string[]): void {
    for (const file of files) this.#hinted.add(file);
    this.#alarm.wake();
  }
}
