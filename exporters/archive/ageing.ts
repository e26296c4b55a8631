import type { Compression } from './compression.ts';
import type { Mender } from './mender.ts';
import type { OpenSegment } from './open-state.ts';
import { closeSegment, compressSegment, deleteSegment, isOver, isTooOld } from './segment-ages.ts';
import { segmentFile } from './segment-name.ts';
import type { StreamFolder } from './stream-folder.ts';

/** When segments are compressed and deleted. */
export interface AgeLimits {
  /** Days after its day that a file is closed and compressed. */
  readonly compressAfterDays: number;
  /** Days that it is kept; null for ever. */
  readonly keepDays: number | null;
  readonly compression: Compression;
}

/** A day that lines still come for stays open this long. */
const QUIET_MS = 3_600_000;

/** Closes, compresses and deletes what is old enough. */
export class Ageing {
  readonly #limits: AgeLimits;
  readonly #mender: Mender;
  /** Since when open segments have had the size that they have, in monotonic milliseconds. */
  readonly #quietSince = new Map<
    string,
    { readonly sizeBytes: number; readonly sinceMs: number }
  >();

  constructor(limits: AgeLimits, mender: Mender) {
    this.#limits = limits;
    this.#mender = mender;
  }

  /** `steadyMs` is the time that ages count from; `isFinal` closes also what was written to just now. */
  async apply(
    folder: StreamFolder,
    at: { readonly steadyMs: number; readonly monotonicMs: number; readonly isFinal: boolean },
  ): Promise<void> {
    const { compressAfterDays, keepDays, compression } = this.#limits;
    const { steadyMs } = at;
    for (const segment of folder.open) {
      const isQuiet = this.#isQuiet(folder, segment, at.monotonicMs) || at.isFinal;
      if (isQuiet && isOver(segment.day, compressAfterDays, steadyMs)) {
        await this.#close(folder, segment, steadyMs);
      }
    }
    for (const segment of folder.closed) {
      if (segment.state === 'deleted') continue;
      if (keepDays !== null && isTooOld(segment, keepDays, steadyMs)) {
        await deleteSegment(folder, segment, steadyMs);
      } else if (
        segment.state === 'plain' &&
        isOver(segment.day, compressAfterDays, steadyMs) &&
        folder.wasSeen(segment.file)
      ) {
        await compressSegment(folder, segment, compression, steadyMs);
      }
    }
  }

  async #close(folder: StreamFolder, segment: OpenSegment, steadyMs: number): Promise<void> {
    await this.#mender.ensureSound(folder, segment);
    const sound = folder.openOn(segment.day);
    if (sound === undefined) return;
    await closeSegment(folder, sound, steadyMs);
    await folder.save();
    this.#quietSince.delete(nameOf(folder, segment));
  }

  #isQuiet(folder: StreamFolder, segment: OpenSegment, monotonicMs: number): boolean {
    const name = nameOf(folder, segment);
    const { sizeBytes } = segment.content;
    const known = this.#quietSince.get(name);
    if (known === undefined || known.sizeBytes !== sizeBytes) {
      this.#quietSince.set(name, { sizeBytes, sinceMs: monotonicMs });
      return false;
    }
    return monotonicMs - known.sinceMs >= QUIET_MS;
  }
}

const nameOf = ({ stream }: StreamFolder, segment: OpenSegment): string =>
  `${stream}/${segmentFile(segment)}`;
