import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from './corpus-random.ts';
import type { CorpusAnswer } from './corpus-tally.ts';

/** A line of a transcript before it is text. */
export type TranscriptLine = Readonly<Record<string, unknown>>;

/** Writes one transcript; with `dirty` also what crashes, editors and foreign tools leave in such files. */
export interface TranscriptWriter {
  readonly line: (line: TranscriptLine) => void;
  /** Writes the file; it counts as last written at `lastMs`. Returns its size. */
  readonly close: (lastMs: number) => number;
}

/** What a writer is given. */
export interface WriterParts {
  readonly file: string;
  readonly answer: CorpusAnswer;
  readonly random: Random;
  readonly dirty: boolean;
}

const BROKEN = [
  '{"type":"assistant","message":{"id":"msg_01broken","usage":{"input_tokens":',
  'Segmentation fault (core dumped)',
  '\u0000\u0000\u0000\u0000\u0000\u0000',
  '["type","assistant"]',
  '{"type":"user",}',
  'null',
  '{"type":"assistant" "message":{}}',
];
const UNFINISHED =
  '{"type":"assistant","message":{"id":"msg_01cutoffcutoffcutoffcut","model":"claude-opus-4-6","usage":{"input_tokens":7,"output_tokens":90';

/** Begins a transcript. */
export function createTranscriptWriter({
  file,
  answer,
  random,
  dirty,
}: WriterParts): TranscriptWriter {
  const newline = dirty && random.chance(0.12) ? '\r\n' : '\n';
  const parts: string[] = dirty && random.chance(0.12) ? ['\ufeff'] : [];
  return {
    line: (line) => {
      parts.push(JSON.stringify(line), newline);
      answer.lines += 1;
      if (!dirty) return;
      if (random.chance(0.003)) {
        parts.push(random.pick(BROKEN), newline);
        answer.malformed_lines += 1;
      }
      if (random.chance(0.002)) {
        parts.push(newline);
        answer.blank_lines = (answer.blank_lines ?? 0) + 1;
      }
    },
    close: (lastMs) => {
      if (dirty && random.chance(0.05)) {
        parts.push(UNFINISHED);
        answer.unfinished_lines += 1;
      }
      const bytes = Buffer.from(parts.join(''));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      utimesSync(file, lastMs / 1000, lastMs / 1000);
      answer.files += 1;
      answer.bytes += bytes.length;
      return bytes.length;
    },
  };
}
