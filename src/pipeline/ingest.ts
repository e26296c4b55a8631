import type { Pricer } from '../pricing/price.ts';
import type { ApiRequestRecord } from '../records/api-request.ts';
import { messageIdOf } from '../records/identity.ts';
import type { OccurrenceRecord } from '../records/occurrence.ts';
import type { Batch, MonitorRecord } from '../records/record.ts';
import type { ToolCallRecord } from '../records/tool-call.ts';
import {
  type OccurrenceRow,
  REQUESTERS,
  type RequestRow,
  SOURCES,
  type ToolCallRow,
} from '../store/rows.ts';
import type { Committed, StoreWriter } from '../store/store.ts';
import type { WriteStore } from '../store/write-store.ts';
import { countRequest, countToolCall } from './contributions.ts';
import { joinRequest } from './join-request.ts';
import { joinToolCall, timestampDurationMs } from './join-tool-call.ts';
import { type Cost, costOf, NO_COST } from './request-cost.ts';
import { detailOf, detailText, parseDetail, usageOfRow } from './request-detail.ts';

/** What the pipeline is made of. */
export interface IngestParts {
  readonly store: WriteStore;
  readonly pricer: Pricer;
  readonly now: () => number;
}

/**
 * The one way into the store: each record is joined with what is known under its key, priced, counted and written, all of
 * a call in one transaction together with the batches' checkpoints.
 */
export const createIngest = ({ store, pricer, now }: IngestParts): StoreWriter => {
  const ingest = new Ingest(store, pricer);
  return {
    commit: (batches) => ingest.commit(batches, now()),
    origins: (source) => store.originStates(source),
    close: () => void store.db.close(),
  };
};

class Ingest {
  readonly #store: WriteStore;
  readonly #pricer: Pricer;
  readonly #outranks: (left: number, right: number) => boolean;
  #duplicates = 0;
  #origin = 0;
  #source = 0;

  constructor(store: WriteStore, pricer: Pricer) {
    this.#store = store;
    this.#pricer = pricer;
    this.#outranks = (left, right) => store.origins.outranks(left, right);
  }

  commit(batches: readonly Batch[], nowMs: number): Committed {
    this.#duplicates = 0;
    const lastSeq = this.#store.transaction(() => {
      for (const batch of batches) this.#batch(batch, nowMs);
    });
    return { lastSeq, duplicates: this.#duplicates };
  }

  #batch(batch: Batch, nowMs: number): void {
    const store = this.#store;
    this.#origin = store.origins.keep(batch, (name) => store.sessions.id(name));
    this.#source = SOURCES.indexOf(batch.source);
    const before = this.#duplicates;
    for (const record of batch.records) this.#record(record);
    for (const reject of batch.rejects) {
      if (store.keepDeadLetter(batch.origin.path, reject, nowMs))
        store.tallies.add('rejects', reject.reason, 1);
    }
    for (const [type, count] of batch.entries) store.tallies.add('entries', type, count);
    if (batch.reset !== undefined) store.tallies.add('origin_resets', batch.reset, 1);
    store.tallies.add('duplicates', batch.source, this.#duplicates - before);
  }

  #record(record: MonitorRecord): void {
    const store = this.#store;
    switch (record.kind) {
      case 'api_request':
        return this.#request(record);
      case 'tool_call':
        return this.#toolCall(record);
      case 'occurrence':
        return this.#occurrence(record);
      case 'session_fact':
        return store.sessionTables.keepFact(store.sessions.id(record.sessionId), record);
      case 'session_activity':
        return store.sessionTables.keepActivity(
          store.sessions.id(record.sessionId),
          this.#origin,
          record,
        );
      case 'subagent':
        return store.sessionTables.keepSubagent(store.sessions.id(record.sessionId), record);
    }
  }

  #request(record: ApiRequestRecord): void {
    const store = this.#store;
    const detail = detailOf(record);
    const known = store.requests.find(record.key);
    if (known === undefined) {
      const { key, model, atMs, refusedBeforeOutput } = record;
      const priced = this.#pricer.price({
        model,
        messageId: messageIdOf(key),
        atMs,
        usage: record,
        refusedBeforeOutput,
      });
      const row = this.#requestRow(record, costOf(priced), detailText(detail, priced));
      store.requests.add(row);
      countRequest(store, row, 1);
      return;
    }
    const found = this.#requestRow(record, NO_COST, detailText(detail, null));
    const { owner } = known.row;
    if (owner !== this.#origin) store.keepCopy(known.id, owner, this.#origin);
    const joined = joinRequest(known.row, found, this.#outranks);
    if (joined === null) {
      this.#duplicates += 1;
      return;
    }
    const row = joined.repriced ? this.#priced(joined.row) : joined.row;
    countRequest(store, known.row, -1);
    countRequest(store, row, 1);
    store.requests.change(known.id, row);
  }

  #priced(row: RequestRow): RequestRow {
    // Parts are what pricing made of the rest.
    const { parts: _parts, ...detail } = parseDetail(row);
    const priced = this.#pricer.price({
      model: this.#store.models.name(row.model),
      messageId: messageIdOf(row.key),
      atMs: row.atMs,
      usage: usageOfRow(row, detail),
      refusedBeforeOutput: detail.refused === true,
    });
    return { ...row, ...costOf(priced), detail: detailText(detail, priced) };
  }

  #requestRow(record: ApiRequestRecord, cost: Cost, detail: string | null): RequestRow {
    const store = this.#store;
    return {
      key: record.key,
      requestId: record.requestId,
      session: store.sessions.id(record.sessionId),
      project: store.projects.id(record.project),
      model: store.models.id(record.model),
      owner: this.#origin,
      origin: this.#origin,
      line: record.line,
      source: this.#source,
      requester: REQUESTERS.indexOf(record.requester),
      agentId: record.agentId,
      atMs: record.atMs,
      endMs: record.endMs,
      inputTokens: record.inputTokens,
      outputTokens: record.outputTokens,
      cacheReadInputTokens: record.cacheReadInputTokens,
      cacheCreation5mInputTokens: record.cacheCreation5mInputTokens,
      cacheCreation1hInputTokens: record.cacheCreation1hInputTokens,
      webSearchRequests: record.webSearchRequests,
      thinkingTokens: record.thinkingTokens,
      final: record.final ? 1 : 0,
      costBasis: cost.costBasis,
      inputNanoUsd: cost.inputNanoUsd,
      outputNanoUsd: cost.outputNanoUsd,
      cacheReadNanoUsd: cost.cacheReadNanoUsd,
      cacheCreationNanoUsd: cost.cacheCreationNanoUsd,
      webSearchNanoUsd: cost.webSearchNanoUsd,
      detail,
      revision: 0,
    };
  }

  #toolCall(record: ToolCallRecord): void {
    const store = this.#store;
    const found = this.#toolCallRow(record);
    const known = store.toolCalls.find(record.key);
    if (known === undefined) {
      store.toolCalls.add(found);
      countToolCall(store, found, 1);
      return;
    }
    const row = joinToolCall(known.row, found, this.#outranks);
    if (row === null) {
      this.#duplicates += 1;
      return;
    }
    countToolCall(store, known.row, -1);
    countToolCall(store, row, 1);
    store.toolCalls.change(known.id, row);
  }

  #toolCallRow(record: ToolCallRecord): ToolCallRow {
    const store = this.#store;
    const { resultAtMs } = record;
    const tool = record.tool === null ? null : store.tools.id(record.tool);
    const atMs = record.callAtMs ?? resultAtMs ?? 0;
    const durationMs = record.durationMs ?? timestampDurationMs({ tool, atMs, resultAtMs });
    return {
      key: record.key,
      session: store.sessions.id(record.sessionId),
      project: store.projects.id(record.project),
      tool,
      owner: this.#origin,
      line: record.line,
      source: this.#source,
      agentId: record.agentId,
      requestKey: record.requestKey,
      atMs,
      resultAtMs,
      success: record.success === null ? null : Number(record.success),
      errorClass: record.errorClass,
      durationMs,
      durationSource: record.durationSource ?? (durationMs === null ? null : 'timestamps'),
      inputBytes: record.inputBytes,
      resultBytes: record.resultBytes,
      file: record.filePath === null ? null : store.files.id(record.filePath),
      command: record.command,
      linesAdded: record.linesAdded,
      linesRemoved: record.linesRemoved,
      startedAgentId: record.startedAgentId,
      revision: 0,
    };
  }

  #occurrence(record: OccurrenceRecord): void {
    const store = this.#store;
    const { key, type, category, line, agentId, atMs, data } = record;
    const session = store.sessions.id(record.sessionId);
    const project = store.projects.id(record.project);
    const owner = this.#origin;
    const source = this.#source;
    const found: OccurrenceRow = {
      key,
      type,
      category,
      session,
      project,
      owner,
      line,
      source,
      agentId,
      atMs,
      data,
      revision: 0,
    };
    const known = store.occurrences.find(key);
    if (known === undefined) {
      store.occurrences.add(found);
      store.tallies.add('occurrence', `${type}\t${record.project}`, 1);
      return;
    }
    if (known.row.owner === owner || !this.#outranks(owner, known.row.owner)) {
      this.#duplicates += 1;
      return;
    }
    const before = store.projects.name(known.row.project);
    store.tallies.add('occurrence', `${type}\t${before}`, -1);
    store.tallies.add('occurrence', `${type}\t${record.project}`, 1);
    store.occurrences.change(known.id, { ...found, revision: known.row.revision });
  }
}
