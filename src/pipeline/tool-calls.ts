import type { SessionClosingRecord } from '../records/session-closing.ts';
import type { ToolCallRecord } from '../records/tool-call.ts';
import { EVENT_KINDS, PART_RANKS, SEEN_BY, SOURCES, type ToolCallRow } from '../store/rows.ts';
import type { WriteStore } from '../store/write-store.ts';
import { countToolCall } from './contributions.ts';
import type { Outranks } from './join-request.ts';
import { joinToolCall, spanOf } from './join-tool-call.ts';
import type { Permissions } from './permissions.ts';
import type { Place } from './place.ts';
import type { Plans } from './plans/plans.ts';

/** What tool calls are joined with. */
export interface ToolCallParts {
  readonly store: WriteStore;
  readonly outranks: Outranks;
  readonly permissions: Permissions;
  readonly plans: Plans;
}

/** Writes tool calls: what several sources tell of one is one row. */
export class ToolCalls {
  readonly #store: WriteStore;
  readonly #outranks: Outranks;
  readonly #permissions: Permissions;
  readonly #plans: Plans;

  constructor({ store, outranks, permissions, plans }: ToolCallParts) {
    this.#plans = plans;
    this.#store = store;
    this.#outranks = outranks;
    this.#permissions = permissions;
  }

  /** Joins a call with what is known of it; false where that told nothing new. */
  add(record: ToolCallRecord, place: Place): boolean {
    const store = this.#store;
    const found = this.#row(record, place);
    const known = store.toolCalls.find(record.key);
    if (known === undefined) {
      // Refused is not told twice: it counts by itself.
      if (store.ledger.refuses(EVENT_KINDS.tool_call, record.key)) return true;
      const row = this.#permissions.adopt(found);
      store.toolCalls.add(row);
      countToolCall(store, row, 1);
      if (row.permissionKey !== null) this.#permissions.tell(null, row);
      this.#plans.noteCall(row);
      return true;
    }
    return this.#join(known, found);
  }

  /** Ends the calls of a session that will not be told of any more. */
  close({ sessionId, atMs, keepsAgents }: SessionClosingRecord): void {
    const store = this.#store;
    store.toolCalls.flush();
    const session = store.sessions.id(sessionId);
    for (const key of store.hookQueries.openCalls(session, atMs, keepsAgents)) {
      const known = store.toolCalls.find(key);
      if (known === undefined) continue;
      // What was asked for and never ran was not allowed; of anything else nobody knows how it went.
      const outcome =
        known.row.askedAtMs === null
          ? ({ success: null, errorClass: 'interrupted' } as const)
          : ({ success: 0, errorClass: 'denied' } as const);
      this.#join(known, { ...known.row, resultRank: PART_RANKS.inferred, ...outcome });
    }
  }

  /** Notes that permission was asked for a call. */
  ask(key: string, permissionKey: string, askedAtMs: number): void {
    const known = this.#store.toolCalls.find(key);
    if (known !== undefined) this.#join(known, { ...known.row, permissionKey, askedAtMs });
  }

  #join(known: { readonly id: number; readonly row: ToolCallRow }, found: ToolCallRow): boolean {
    const store = this.#store;
    const joined = joinToolCall(known.row, found, this.#outranks);
    if (joined === null) return false;
    const row = this.#permissions.adopt(joined);
    countToolCall(store, known.row, -1);
    countToolCall(store, row, 1);
    store.toolCalls.change(known.id, row);
    if (row.permissionKey !== null) this.#permissions.tell(known.row, row);
    this.#plans.noteUse(known.row.session, known.row.atMs);
    this.#plans.noteCall(row);
    return true;
  }

  #row(record: ToolCallRecord, { origin, source }: Place): ToolCallRow {
    const store = this.#store;
    const { resultAtMs, tool } = record;
    const isHook = SOURCES[source] === 'hook';
    const rank = isHook ? PART_RANKS.hook : PART_RANKS.transcript;
    const atMs = record.callAtMs ?? resultAtMs ?? 0;
    const inferred = record.isCallInferred === true ? PART_RANKS.inferred : rank;
    const callRank = tool === null ? null : inferred;
    const resultRank = resultAtMs === null && record.success === null ? null : rank;
    const isTold = record.durationSource !== null;
    const span = isTold ? record : spanOf({ callRank, resultRank, atMs, resultAtMs });
    return {
      key: record.key,
      session: store.sessions.id(record.sessionId),
      project: store.projects.id(record.project),
      tool: tool === null ? null : store.tools.id(tool),
      owner: origin,
      line: record.line,
      source,
      agentId: record.agentId,
      requestKey: record.requestKey,
      atMs,
      resultAtMs,
      success: record.success === null ? null : Number(record.success),
      errorClass: record.errorClass,
      durationMs: span.durationMs,
      durationSource: span.durationSource,
      inputBytes: record.inputBytes,
      resultBytes: record.resultBytes,
      file: record.filePath === null ? null : store.files.id(record.filePath),
      command: record.command,
      planPath: record.planPath,
      planEdit: record.planEdit,
      promptId: record.promptId ?? null,
      linesAdded: record.linesAdded,
      linesRemoved: record.linesRemoved,
      startedAgentId: record.startedAgentId,
      callRank,
      resultRank,
      seen: isHook ? SEEN_BY.hook : SEEN_BY.transcript,
      inputDigest: record.inputDigest ?? null,
      permissionKey: null,
      askedAtMs: null,
      startedAtMs: record.startedAtMs ?? null,
      revision: 0,
    };
  }
}
