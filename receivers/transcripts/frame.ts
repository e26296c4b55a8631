import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import type { Batch, MonitorRecord } from '../../src/records/record.ts';
import type {
  DurationSource,
  ToolCallRecord,
  ToolErrorClass,
} from '../../src/records/tool-call.ts';

/**
 * A batch on its way from one thread to another. Cloning a record object costs more than making it, so the records that
 * are many travel as one list of numbers and one text; the few others as they are.
 */
export interface Frame {
  readonly head: Omit<Batch, 'records'>;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: string;
  readonly names: readonly string[];
  readonly requests: number;
  readonly toolCalls: number;
  readonly others: readonly MonitorRecord[];
}

const NONE = -1;

class Packer {
  numbers = new Float64Array(4096);
  size = 0;
  readonly parts: string[] = [];
  readonly names: string[] = [];
  readonly #known = new Map<string, number>();

  number(value: number | null): void {
    if (this.size === this.numbers.length) {
      const grown = new Float64Array(this.size * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.numbers[this.size++] = value ?? Number.NaN;
  }

  text(value: string | null): void {
    this.number(value === null ? NONE : value.length);
    if (value !== null) this.parts.push(value);
  }

  /** A text that repeats. */
  name(value: string | null): void {
    if (value === null) return this.number(NONE);
    let index = this.#known.get(value);
    if (index === undefined) {
      index = this.names.length;
      this.names.push(value);
      this.#known.set(value, index);
    }
    this.number(index);
  }
}

class Unpacker {
  readonly #frame: Frame;
  #at = 0;
  #textAt = 0;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  number(): number {
    return this.#frame.numbers[this.#at++]!;
  }

  numberOrNull(): number | null {
    const value = this.number();
    return Number.isNaN(value) ? null : value;
  }

  text(): string | null {
    const length = this.number();
    if (length === NONE) return null;
    const from = this.#textAt;
    this.#textAt += length;
    return this.#frame.texts.slice(from, this.#textAt);
  }

  name(): string | null {
    const index = this.number();
    return index === NONE ? null : this.#frame.names[index]!;
  }
}

/** Packs a batch; the numbers' buffer is meant to be transferred. */
export const packFrame = (batch: Batch): Frame => {
  const { records, ...head } = batch;
  const pack = new Packer();
  const others: MonitorRecord[] = [];
  const requests: ApiRequestRecord[] = [];
  const toolCalls: ToolCallRecord[] = [];
  for (const record of records) {
    if (record.kind === 'api_request' && record.iterations.length === 0) requests.push(record);
    else if (record.kind === 'tool_call') toolCalls.push(record);
    else others.push(record);
  }
  for (const record of requests) packRequest(pack, record);
  for (const record of toolCalls) packToolCall(pack, record);
  return {
    head,
    numbers: pack.numbers.slice(0, pack.size),
    texts: pack.parts.join(''),
    names: pack.names,
    requests: requests.length,
    toolCalls: toolCalls.length,
    others,
  };
};

/**
 * The batch that was packed, its records in another order. They are made when asked for, and again each time: thousands
 * of batches wait for one commit, and only one of them at a time needs its records.
 */
export const unpackFrame = (frame: Frame): Batch => ({
  ...frame.head,
  get records() {
    return unpackRecords(frame);
  },
});

const unpackRecords = (frame: Frame): readonly MonitorRecord[] => {
  const unpack = new Unpacker(frame);
  const records: MonitorRecord[] = [];
  for (let count = 0; count < frame.requests; count++) records.push(unpackRequest(unpack));
  for (let count = 0; count < frame.toolCalls; count++) records.push(unpackToolCall(unpack));
  for (const record of frame.others) records.push(record);
  return records;
};

const packRequest = (pack: Packer, record: ApiRequestRecord): void => {
  pack.text(record.key);
  // Nearly always the key is the message id itself.
  pack.text(record.messageId === record.key ? '' : record.messageId);
  pack.text(record.requestId);
  pack.name(record.sessionId);
  pack.name(record.project);
  pack.name(record.requester);
  pack.name(record.agentId);
  pack.name(record.model);
  pack.number(record.atMs);
  pack.number(record.endMs);
  pack.name(record.stopReason);
  pack.number(
    (record.final ? 1 : 0) +
      (record.refusedBeforeOutput ? 2 : 0) +
      (record.speed === 'fast' ? 4 : 0),
  );
  pack.number(record.reportedCostUsd);
  pack.name(record.effort);
  pack.number(record.line);
  pack.number(record.offsetBytes);
  pack.number(record.inputTokens);
  pack.number(record.outputTokens);
  pack.number(record.cacheReadInputTokens);
  pack.number(record.cacheCreation5mInputTokens);
  pack.number(record.cacheCreation1hInputTokens);
  pack.number(record.webSearchRequests);
  pack.number(record.thinkingTokens);
  pack.name(record.inferenceGeo);
  pack.name(record.serviceTier);
};

const unpackRequest = (unpack: Unpacker): ApiRequestRecord => {
  const key = unpack.text()!;
  const messageId = unpack.text();
  const requestId = unpack.text();
  const sessionId = unpack.name()!;
  const project = unpack.name()!;
  const requester = unpack.name() as ApiRequestRecord['requester'];
  const agentId = unpack.name();
  const model = unpack.name()!;
  const atMs = unpack.number();
  const endMs = unpack.number();
  const stopReason = unpack.name();
  const flags = unpack.number();
  return {
    kind: 'api_request',
    key,
    messageId: messageId === '' ? key : messageId,
    requestId,
    sessionId,
    project,
    requester,
    agentId,
    model,
    atMs,
    endMs,
    stopReason,
    final: (flags & 1) !== 0,
    refusedBeforeOutput: (flags & 2) !== 0,
    reportedCostUsd: unpack.numberOrNull(),
    effort: unpack.name(),
    line: unpack.number(),
    offsetBytes: unpack.number(),
    inputTokens: unpack.number(),
    outputTokens: unpack.number(),
    cacheReadInputTokens: unpack.number(),
    cacheCreation5mInputTokens: unpack.number(),
    cacheCreation1hInputTokens: unpack.number(),
    webSearchRequests: unpack.number(),
    thinkingTokens: unpack.number(),
    speed: (flags & 4) === 0 ? 'standard' : 'fast',
    inferenceGeo: unpack.name(),
    serviceTier: unpack.name(),
    iterations: [],
  };
};

const packToolCall = (pack: Packer, record: ToolCallRecord): void => {
  pack.text(record.key);
  pack.text(record.toolUseId === record.key ? '' : record.toolUseId);
  pack.name(record.sessionId);
  pack.name(record.project);
  pack.name(record.agentId);
  pack.name(record.tool);
  pack.text(record.requestKey);
  pack.number(record.callAtMs);
  pack.number(record.resultAtMs);
  pack.number(record.success === null ? null : Number(record.success));
  pack.name(record.errorClass);
  pack.number(record.durationMs);
  pack.name(record.durationSource);
  pack.number(record.inputBytes);
  pack.number(record.resultBytes);
  pack.name(record.filePath);
  pack.name(record.command);
  pack.name(record.planPath);
  pack.text(record.planEdit);
  pack.number(record.linesAdded);
  pack.number(record.linesRemoved);
  pack.text(record.startedAgentId);
  pack.number(record.line);
  pack.number(record.offsetBytes);
};

const unpackToolCall = (unpack: Unpacker): ToolCallRecord => {
  const key = unpack.text()!;
  const toolUseId = unpack.text()!;
  const flag = (value: number | null): boolean | null => (value === null ? null : value === 1);
  return {
    kind: 'tool_call',
    key,
    toolUseId: toolUseId === '' ? key : toolUseId,
    sessionId: unpack.name()!,
    project: unpack.name()!,
    agentId: unpack.name(),
    tool: unpack.name(),
    requestKey: unpack.text(),
    callAtMs: unpack.numberOrNull(),
    resultAtMs: unpack.numberOrNull(),
    success: flag(unpack.numberOrNull()),
    errorClass: unpack.name() as ToolErrorClass | null,
    durationMs: unpack.numberOrNull(),
    durationSource: unpack.name() as DurationSource | null,
    inputBytes: unpack.numberOrNull(),
    resultBytes: unpack.numberOrNull(),
    filePath: unpack.name(),
    command: unpack.name(),
    planPath: unpack.name(),
    planEdit: unpack.text(),
    linesAdded: unpack.numberOrNull(),
    linesRemoved: unpack.numberOrNull(),
    startedAgentId: unpack.text(),
    line: unpack.number(),
    offsetBytes: unpack.number(),
  };
};
