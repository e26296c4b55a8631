import { parentPort } from 'node:worker_threads';
import { isSystemError } from '../../src/errors.ts';
import type { Frame } from './frame.ts';
import { packFrame } from './frame.ts';
import { type Reading, readTranscript } from './read-transcript.ts';

/** What a reader thread is told: the files of all threads, and the counters it shares with them. */
export interface ReadOrder {
  readonly readings: readonly Reading[];
  /** [next file, frames on their way]. */
  readonly counters: Int32Array<SharedArrayBuffer>;
}

/** What a reader thread tells. */
export interface ReadReport {
  readonly frames: readonly Frame[];
  readonly bytesRead: number;
  readonly filesRead: number;
  /** Files that could not be read, with the system's reason. */
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  readonly done: boolean;
}

/** Reports that may wait for the writer, over all threads; this bounds the memory they take. */
const MAX_WAITING = 16;
/** A report is sent when it holds so many records or stands for so many bytes. */
const RECORDS_PER_REPORT = 1200;
const BYTES_PER_REPORT = 8 * 1024 * 1024;

const work = ({ readings, counters }: ReadOrder): void => {
  let frames: Frame[] = [];
  let records = 0;
  let bytesRead = 0;
  let filesRead = 0;
  let problems: { path: string; reason: string }[] = [];
  const send = (done: boolean): void => {
    waitForRoom(counters);
    const report: ReadReport = { frames, bytesRead, filesRead, problems, done };
    parentPort!.postMessage(
      report,
      frames.map((frame) => frame.numbers.buffer),
    );
    frames = [];
    problems = [];
    records = bytesRead = filesRead = 0;
  };
  for (;;) {
    const reading = readings[Atomics.add(counters, 0, 1)];
    if (reading === undefined) break;
    try {
      const read = readTranscript(reading, (batch) => {
        frames.push(packFrame(batch));
        records += batch.records.length;
        if (records >= RECORDS_PER_REPORT) send(false);
      });
      bytesRead += read;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      problems.push({ path: reading.file.path, reason: error.message });
    }
    filesRead += 1;
    if (records >= RECORDS_PER_REPORT || bytesRead >= BYTES_PER_REPORT) send(false);
  }
  send(true);
};

const waitForRoom = (counters: Int32Array<SharedArrayBuffer>): void => {
  for (;;) {
    const waiting = Atomics.load(counters, 1);
    if (waiting < MAX_WAITING) break;
    Atomics.wait(counters, 1, waiting);
  }
  Atomics.add(counters, 1, 1);
};

parentPort!.on('message', work);
