import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeCorpus } from '../support/corpus-generator.ts';
import type { CorpusAnswer } from '../support/corpus-tally.ts';
import type { BenchOptions } from './bench.ts';

/** Transcripts to measure with, and what is true of them. */
export interface BenchCorpus {
  readonly claudeDir: string;
  readonly answer: CorpusAnswer;
}

const SEED = 7;

/** The corpus that was named, else a new one below `folder`. */
export function benchCorpus({ corpus, mb, note }: BenchOptions, folder: string): BenchCorpus {
  if (corpus !== undefined) {
    return {
      claudeDir: corpus,
      answer: JSON.parse(readFileSync(join(corpus, 'answer.json'), 'utf8')) as CorpusAnswer,
    };
  }
  note(`making ${mb} MiB of transcripts`);
  const claudeDir = join(folder, 'claude');
  return { claudeDir, answer: writeCorpus(claudeDir, { mb, seed: SEED }) };
}

interface CcusageAnswer {
  readonly totals: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheCreationTokens: number;
    readonly cacheReadTokens: number;
  };
}

/** Which of the totals that ccusage tells are not those of the answer. */
export function ccusageDifferences({ totals: truth }: CorpusAnswer, stdout: string): string[] {
  const { totals } = JSON.parse(stdout) as CcusageAnswer;
  const pairs = [
    ['input', truth.input_tokens, totals.inputTokens],
    ['output', truth.output_tokens, totals.outputTokens],
    ['cache_read', truth.cache_read_input_tokens, totals.cacheReadTokens],
    [
      'cache_creation',
      truth.cache_creation_5m_input_tokens + truth.cache_creation_1h_input_tokens,
      totals.cacheCreationTokens,
    ],
  ] as const;
  return pairs.flatMap(([name, expected, told]) =>
    expected === told ? [] : [`${name}: ${told} instead of ${expected}`],
  );
}
