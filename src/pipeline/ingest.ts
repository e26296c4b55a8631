import type { Pricer } from '../pricing/price.ts';
import type { ApiRequestRecord } from '../records/api-request.ts';
import { messageIdOf } from '../records/identity.ts';
import type { Batch, MonitorRecord, Source } from '../records/record.ts';
import type { SessionActivityRecord } from '../records/session.ts';
import { EVENT_KINDS, REQUESTERS, type RequestRow, SOURCES } from '../store/rows.ts';
import type { Committed, StoreWriter } from '../store/store.ts';
import type { WriteStore } from '../store/write-store.ts';
import { countRequest } from './contributions.ts';
import { joinRequest, type Outranks } from './join-request.ts';
import { Occurrences } from './occurrences.ts';
import { Permissions } from './permissions.ts';
import type { Place } from './place.ts';
import { Plans } from './plans/plans.ts';
import { type Cost, costOf, NO_COST } from './request-cost.ts';
import { detailOf, detailText, parseDetail, usageOfRow } from './request-detail.ts';
import { ToolCalls } from './tool-calls.ts';

/** What the pipeline is made of. */
export interface IngestParts {
  readonly store: WriteStore;
  readonly pricer: Pricer;
  readonly now: () => number;
}

/**
 * The one way into the store: each record is joined with what is known under its key, priced, counted and written, all
 * of a call in one transaction together with the batches' checkpoints.
 */
export const createIngest = ({ store, pricer, now }: IngestParts): StoreWriter => {
  const ingest = new Ingest(store, pricer);
  return {
    commit: (batches) => ingest.commit(batches, now()),
    saveCursor: (exporter, seq, refused) =>
      void store.transaction(() => {
        for (const one of refused) store.cursors.refuse(exporter, one, now());
        store.cursors.move(exporter, seq, now());
      }),
    origins: (source) => store.originStates(source),
    recountPlans: () => ingest.recountPlans(),
    close: () => void store.db.close(),
  };
};

class Ingest {
  readonly #store: WriteStore;
  readonly #pricer: Pricer;
  readonly #outranks: Outranks;
  readonly #toolCalls: ToolCalls;
  readonly #occurrences: Occurrences;
  readonly #plans: Plans;
  #duplicates = 0;
  #place: Place = { origin: 0, source: 0 };

  constructor(store: WriteStore, pricer: Pricer) {
    this.#store = store;
    this.#pricer = pricer;
    const outranks: Outranks = (left, right) => store.origins.outranks(left, right);
    const permissions = new Permissions(store);
    const plans = new Plans(store);
    const toolCalls = new ToolCalls({ store, outranks, permissions, plans });
    this.#plans = plans;
    this.#outranks = outranks;
    this.#toolCalls = toolCalls;
    this.#occurrences = new Occurrences({ store, outranks, permissions, toolCalls });
  }

  commit(batches: readonly Batch[], nowMs: number): Committed {
    this.#duplicates = 0;
    const lastSeq = this.#store.transaction(() => {
      this.#plans.begin();
      for (const batch of batches) this.#batch(batch, nowMs);
      this.#plans.end();
    });
    return { lastSeq, duplicates: this.#duplicates };
  }

  recountPlans(): boolean {
    return this.#plans.recount();
  }

  #batch(batch: Batch, nowMs: number): void {
    const store = this.#store;
    const origin = store.origins.keep(batch, (name) => store.sessions.id(name));
    this.#place = { origin, source: numberOf(batch.source) };
    if (batch.source === 'hook') store.hookQueries.prepare();
    const before = this.#duplicates;
    for (const record of batch.records) this.#record(record, nowMs);
    for (const reject of batch.rejects) {
      if (store.keepDeadLetter(batch.origin.path, reject, nowMs))
        store.tallies.add('rejects', reject.reason, 1);
    }
    for (const [type, count] of batch.entries) store.tallies.add('entries', type, count);
    for (const { event, scope, count, lastAtMs } of batch.heard ?? [])
      store.hookQueries.keepHeard(event, scope, count, lastAtMs);
    if (batch.reset !== undefined) store.tallies.add('origin_resets', batch.reset, 1);
    const pruned = store.ledger.takeRefused();
    this.#duplicates += pruned;
    store.tallies.add('duplicates', batch.source, this.#duplicates - before);
    store.tallies.add('pruned', batch.source, pruned);
  }

  #record(record: MonitorRecord, nowMs: number): void {
    const store = this.#store;
    switch (record.kind) {
      case 'api_request':
        return this.#request(record);
      case 'tool_call':
        return this.#note(this.#toolCalls.add(record, this.#place));
      case 'occurrence':
        this.#note(this.#occurrences.add(record, this.#place));
        this.#plans.notePrompt(record);
        if (record.type === 'pr_created')
          this.#plans.notePullRequest(
            record,
            SOURCES[this.#place.source] === 'hook' ? 'hook' : 'transcript',
          );
        return;
      case 'session_closing':
        return this.#toolCalls.close(record);
      case 'session_fact':
        return store.sessionTables.keepFact(store.sessions.id(record.sessionId), record);
      case 'session_activity':
        return this.#activity(record);
      case 'subagent':
        return store.sessionTables.keepSubagent(store.sessions.id(record.sessionId), record);
      case 'plan_snapshot':
        return this.#plans.add(record);
      case 'rate_limit':
        return this.#note(store.rateLimits.keep(record, nowMs));
    }
  }

  #activity(record: SessionActivityRecord): void {
    const { sessions, sessionTables } = this.#store;
    const session = sessions.id(record.sessionId);
    sessionTables.keepActivity(session, this.#place.origin, record);
    this.#plans.noteUse(session, record.stretchesMs.at(-1) ?? 0);
  }

  #note(isNew: boolean): void {
    if (!isNew) this.#duplicates += 1;
  }

  #request(record: ApiRequestRecord): void {
    const store = this.#store;
    const detail = detailOf(record);
    const known = store.requests.find(record.key);
    if (known === undefined) {
      if (store.ledger.refuses(EVENT_KINDS.request, record.key)) return;
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
      this.#plans.noteUse(row.session, row.atMs);
      return;
    }
    const found = this.#requestRow(record, NO_COST, detailText(detail, null));
    const { owner } = known.row;
    if (owner !== this.#place.origin) store.copies.keep(known.id, owner, this.#place.origin);
    const joined = joinRequest(known.row, found, this.#outranks);
    if (joined === null) {
      this.#duplicates += 1;
      return;
    }
    const row = joined.repriced ? this.#priced(joined.row) : joined.row;
    countRequest(store, known.row, -1);
    countRequest(store, row, 1);
    store.requests.change(known.id, row);
    this.#plans.noteUse(known.row.session, known.row.atMs);
    this.#plans.noteUse(row.session, row.atMs);
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
      owner: this.#place.origin,
      origin: this.#place.origin,
      line: record.line,
      source: this.#place.source,
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
}

/** Plans and limits have no entries, so that theirs is never read. */
const numberOf = (source: Source): number =>
  source === 'plan' || source === 'statusline' ? SOURCES.length : SOURCES.indexOf(source);
