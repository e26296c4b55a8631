import type { UsageIteration } from '../../src/records/usage.ts';
import { Fields, readObject } from './fields.ts';
import type { JsonScanner } from './json-scanner.ts';
import { Stretch } from './stretch.ts';
import { RecentText } from './recent-text.ts';

/** The usage object holds something that is no count: text, a fraction, a negative or an absurd number. */
export const INVALID_USAGE = new Error('invalid usage');

/** More tokens than any request can have. */
const MAX_COUNT = 1e9;
const MAX_ITERATIONS = 64;

const NO_ITERATIONS: readonly UsageIteration[] = [];

/** `message.usage` as it is written, before cache writes are split; see {@link splitCacheCreation}. */
export class UsageFacts {
  present = false;
  input = 0;
  output = 0;
  cacheRead = 0;
  cacheCreation = 0;
  cacheCreation5m = 0;
  cacheCreation1h = 0;
  webSearches = 0;
  thinking = 0;
  speed: string | null = null;
  inferenceGeo: string | null = null;
  serviceTier: string | null = null;
  iterations: readonly UsageIteration[] = NO_ITERATIONS;
  /** The text that these facts were read from. */
  readonly text = new Stretch();

  clear(): void {
    this.present = false;
    this.input = this.output = this.cacheRead = this.cacheCreation = 0;
    this.cacheCreation5m = this.cacheCreation1h = this.webSearches = this.thinking = 0;
    this.speed = this.inferenceGeo = this.serviceTier = null;
    this.iterations = NO_ITERATIONS;
  }
}

/** Cache writes by lifetime: what the total has beyond the stated parts is taken at five minutes. */
export const splitCacheCreation = (
  total: number,
  stated5m: number,
  stated1h: number,
): [fiveMin: number, oneHour: number] => [
  Math.max(total, stated5m + stated1h) - stated1h,
  stated1h,
];

/** Reads a count; absent and null are 0. */
export const readCount = (json: JsonScanner): number => {
  const first = json.peek();
  if (first === 0x6e) {
    json.skipValue();
    return 0;
  }
  const value = json.numberOrNull();
  if (value === null || !Number.isInteger(value) || value < 0 || value > MAX_COUNT)
    throw INVALID_USAGE;
  return value;
};

const speed = new RecentText(64);
const inferenceGeo = new RecentText(64);
const serviceTier = new RecentText(64);

const CACHE_CREATION = new Fields<UsageFacts>({
  ephemeral_5m_input_tokens: (json, usage) => void (usage.cacheCreation5m = readCount(json)),
  ephemeral_1h_input_tokens: (json, usage) => void (usage.cacheCreation1h = readCount(json)),
});
const SERVER_TOOL_USE = new Fields<UsageFacts>({
  web_search_requests: (json, usage) => void (usage.webSearches = readCount(json)),
});
const OUTPUT_DETAILS = new Fields<UsageFacts>({
  thinking_tokens: (json, usage) => void (usage.thinking = readCount(json)),
});
const USAGE = new Fields<UsageFacts>({
  input_tokens: (json, usage) => void (usage.input = readCount(json)),
  output_tokens: (json, usage) => void (usage.output = readCount(json)),
  cache_read_input_tokens: (json, usage) => void (usage.cacheRead = readCount(json)),
  cache_creation_input_tokens: (json, usage) => void (usage.cacheCreation = readCount(json)),
  cache_creation: (json, usage) => readPart(json, CACHE_CREATION, usage),
  server_tool_use: (json, usage) => readPart(json, SERVER_TOOL_USE, usage),
  output_tokens_details: (json, usage) => readPart(json, OUTPUT_DETAILS, usage),
  speed: (json, usage) => void (usage.speed = speed.read(json)),
  inference_geo: (json, usage) => void (usage.inferenceGeo = inferenceGeo.read(json)),
  service_tier: (json, usage) => void (usage.serviceTier = serviceTier.read(json)),
  iterations: (json, usage) => void (usage.iterations = readIterations(json)),
});

const readPart = (json: JsonScanner, fields: Fields<UsageFacts>, usage: UsageFacts): void => {
  const first = json.peek();
  if (!readObject(json, fields, usage) && first !== 0x6e) throw INVALID_USAGE;
};

/** Reads `usage` at the scanner's place; null counts as absent. Throws {@link INVALID_USAGE}. */
export const readUsage = (json: JsonScanner, usage: UsageFacts): void => {
  const first = json.peek();
  if (usage.text.stepOver(json)) {
    usage.present = true;
    return;
  }
  usage.text.forget();
  usage.clear();
  const start = json.at;
  usage.present = readObject(json, USAGE, usage);
  if (usage.present) usage.text.remember(json, start, json.at);
  else if (first !== 0x6e) throw INVALID_USAGE;
};

interface IterationFacts extends UsageFacts {
  type: string | null;
  model: string | null;
}
const iterationType = new RecentText(64);
const iterationModel = new RecentText(200);
const ITERATION = new Fields<IterationFacts>({
  type: (json, step) => void (step.type = iterationType.read(json)),
  model: (json, step) => void (step.model = iterationModel.read(json)),
  input_tokens: (json, step) => void (step.input = readCount(json)),
  output_tokens: (json, step) => void (step.output = readCount(json)),
  cache_read_input_tokens: (json, step) => void (step.cacheRead = readCount(json)),
  cache_creation_input_tokens: (json, step) => void (step.cacheCreation = readCount(json)),
  cache_creation: (json, step) => readPart(json, CACHE_CREATION, step),
  server_tool_use: (json, step) => readPart(json, SERVER_TOOL_USE, step),
});

const readIterations = (json: JsonScanner): readonly UsageIteration[] => {
  const steps: UsageIteration[] = [];
  if (!json.enterArray()) return steps;
  while (json.nextElement()) {
    const step: IterationFacts = Object.assign(new UsageFacts(), { type: null, model: null });
    if (!readObject(json, ITERATION, step) || steps.length === MAX_ITERATIONS) throw INVALID_USAGE;
    const [fiveMin, oneHour] = splitCacheCreation(
      step.cacheCreation,
      step.cacheCreation5m,
      step.cacheCreation1h,
    );
    steps.push({
      type: step.type ?? '',
      model: step.model,
      inputTokens: step.input,
      outputTokens: step.output,
      cacheReadInputTokens: step.cacheRead,
      cacheCreation5mInputTokens: fiveMin,
      cacheCreation1hInputTokens: oneHour,
      webSearchRequests: step.webSearches,
    });
  }
  return steps;
};
