import { apiErrorKind } from '../records/api-errors.ts';
import { toolDurationBucket } from '../records/tool-durations.ts';
import {
  COST_BASES,
  type OccurrenceRow,
  type RequestRow,
  type ToolCallRow,
} from '../store/rows.ts';
import type { WriteStore } from '../store/write-store.ts';
import { parseDetail } from './request-detail.ts';

const MS_PER_SLOT = 900_000;
const ESTIMATED = COST_BASES.indexOf('estimated');
const UNPRICED = COST_BASES.indexOf('unpriced');
/** Place of the first bucket among the sums over tool calls. */
const FIRST_BUCKET = 9;

/** Quarter of an hour that a moment lies in. */
export const slotOf = (atMs: number): number => Math.floor(atMs / MS_PER_SLOT);

/** Adds a request to all sums it counts in, or with sign -1 takes it away. */
export const countRequest = (store: WriteStore, row: RequestRow, sign: 1 | -1): void => {
  store.documents.touch('session', row.session);
  const detail = row.detail === null ? null : parseDetail(row);
  if (detail?.parts === undefined) {
    addToSums(store, row, row.model, (sums, at) => {
      addTokens(sums, at, row, sign);
      sums[at]! += sign;
      sums[at + 7]! += sign * row.inputNanoUsd;
      sums[at + 8]! += sign * row.outputNanoUsd;
      sums[at + 9]! += sign * row.cacheReadNanoUsd;
      sums[at + 10]! += sign * row.cacheCreationNanoUsd;
      sums[at + 11]! += sign * row.webSearchNanoUsd;
      if (row.costBasis === ESTIMATED) sums[at + 12]! += sign * totalNanoUsd(row);
      if (row.costBasis === UNPRICED) sums[at + 13]! += sign;
      if (row.final === 0) sums[at + 14]! += sign;
    });
    return;
  }
  detail.parts.forEach((part, index) => {
    addToSums(store, row, store.models.id(part.model), (sums, at) => {
      addTokens(sums, at, part.tokens, sign);
      if (part.cost !== null) {
        const {
          inputNanoUsd,
          outputNanoUsd,
          cacheReadNanoUsd,
          cacheCreationNanoUsd,
          webSearchNanoUsd,
        } = part.cost;
        sums[at + 7]! += sign * inputNanoUsd;
        sums[at + 8]! += sign * outputNanoUsd;
        sums[at + 9]! += sign * cacheReadNanoUsd;
        sums[at + 10]! += sign * cacheCreationNanoUsd;
        sums[at + 11]! += sign * webSearchNanoUsd;
        if (part.estimated) sums[at + 12]! += sign * totalNanoUsd(part.cost);
      }
      if (part.unpriced) sums[at + 13]! += sign;
      if (index > 0) return;
      sums[at]! += sign;
      if (row.final === 0) sums[at + 14]! += sign;
    });
  });
};

/** Adds a tool call to all sums it counts in, or with sign -1 takes it away. */
export const countToolCall = (store: WriteStore, row: ToolCallRow, sign: 1 | -1): void => {
  store.documents.touch('session', row.session);
  const tool = row.tool ?? store.tools.id('unknown');
  const { toolSums } = store;
  addToolCall(
    toolSums.at([slotOf(row.atMs), row.session, row.project, tool, row.source]),
    toolSums.offset,
    row,
    sign,
  );
  store.callCounts.add([tool, row.command ?? '', failureOf(row)], sign);
};

/** Adds an occurrence to all counts it is in, or with sign -1 takes it away. */
export const countOccurrence = (store: WriteStore, row: OccurrenceRow, sign: 1 | -1): void => {
  const { type, project, atMs, data } = row;
  store.tallies.add('occurrence', `${type}\t${store.projects.name(project)}`, sign);
  store.documents.touch('session', row.session);
  const reason = type === 'api_error' ? apiErrorReason(data) : '';
  if (type === 'api_error') {
    const { status, error } = apiErrorKind(reason);
    store.tallies.add('api_error', `${status}\t${error}`, sign);
  }
  store.occurrenceCounts.add([slotOf(atMs), type, reason], sign);
};

/** Class of a call that failed or was denied, '' for any other. */
const failureOf = ({ errorClass, success }: ToolCallRow): string => {
  if (errorClass === 'denied') return errorClass;
  return success === 0 ? (errorClass ?? 'other') : '';
};

/** HTTP status and the API's name of the error, as far as they are known; never free text. */
const apiErrorReason = (data: string): string => {
  const { status, error } = JSON.parse(data) as Readonly<Record<string, unknown>>;
  const name = typeof error === 'string' && /^[a-z_]+$/.test(error) ? error : '';
  return `${typeof status === 'number' ? status : ''} ${name}`.trim();
};

const addToolCall = (sums: number[], at: number, row: ToolCallRow, sign: 1 | -1): void => {
  sums[at]! += sign;
  if (row.errorClass === 'denied') sums[at + 2]! += sign;
  else if (row.success === 0) sums[at + 1]! += sign;
  else if (row.success === 1) sums[at + 5]! += sign;
  sums[at + 6]! += sign * (row.linesAdded ?? 0);
  sums[at + 7]! += sign * (row.linesRemoved ?? 0);
  if (row.durationMs === null) return;
  sums[at + 3]! += sign;
  sums[at + 4]! += sign * row.durationMs;
  sums[at + 8]! += sign * row.durationMs;
  sums[at + FIRST_BUCKET + toolDurationBucket(row.durationMs)]! += sign;
};

interface Buckets {
  readonly inputNanoUsd: number;
  readonly outputNanoUsd: number;
  readonly cacheReadNanoUsd: number;
  readonly cacheCreationNanoUsd: number;
  readonly webSearchNanoUsd: number;
}

const totalNanoUsd = (cost: Buckets): number =>
  cost.inputNanoUsd +
  cost.outputNanoUsd +
  cost.cacheReadNanoUsd +
  cost.cacheCreationNanoUsd +
  cost.webSearchNanoUsd;

const addToSums = (
  store: WriteStore,
  row: RequestRow,
  model: number,
  add: (sums: number[], at: number) => void,
): void => {
  const { project, source, requester } = row;
  const { requestSums } = store;
  add(
    requestSums.at([slotOf(row.atMs), row.session, project, model, source, requester]),
    requestSums.offset,
  );
};

interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreation5mInputTokens: number;
  readonly cacheCreation1hInputTokens: number;
  readonly webSearchRequests: number;
}

const addTokens = (sums: number[], at: number, tokens: Tokens, sign: 1 | -1): void => {
  sums[at + 1]! += sign * tokens.inputTokens;
  sums[at + 2]! += sign * tokens.outputTokens;
  sums[at + 3]! += sign * tokens.cacheReadInputTokens;
  sums[at + 4]! += sign * tokens.cacheCreation5mInputTokens;
  sums[at + 5]! += sign * tokens.cacheCreation1hInputTokens;
  sums[at + 6]! += sign * tokens.webSearchRequests;
};
