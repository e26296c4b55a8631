import type { HookTelling, OccurrenceRecord } from '../records/occurrence.ts';
import { EVENT_KINDS, type Kept, type OccurrenceRow, SOURCES } from '../store/rows.ts';
import type { WriteStore } from '../store/write-store.ts';
import { countOccurrence } from './contributions.ts';
import { firingKeys, promptKeys, withScope } from './hook-keys.ts';
import type { Outranks } from './join-request.ts';
import type { Permissions } from './permissions.ts';
import type { Place } from './place.ts';
import type { ToolCalls } from './tool-calls.ts';

/** What occurrences are joined with. */
export interface OccurrenceParts {
  readonly store: WriteStore;
  readonly outranks: Outranks;
  readonly permissions: Permissions;
  readonly toolCalls: ToolCalls;
}

/** The same words from two installations are one firing if no more than this lies between them. */
const SAME_FIRING_MS = 5_000;
/** Without a prompt's id, which old clients do not give, only the time tells which line a hook's prompt is. */
const SAME_NAMELESS_PROMPT_MS = 10_000;
/** What a hook's prompt may turn out to be. */
const PROMPTS: ReadonlySet<string> = new Set(['user_prompt', 'slash_command', 'injected_prompt']);
const HOOK = SOURCES.indexOf('hook');

type Found = Kept<OccurrenceRow> | undefined;

/** Writes occurrences: copies of a line, and what hooks tell of it, are one row. */
export class Occurrences {
  readonly #parts: OccurrenceParts;
  #hasHooks: boolean;

  constructor(parts: OccurrenceParts) {
    this.#parts = parts;
    this.#hasHooks = parts.store.hookQueries.hasHeard();
  }

  /** Joins an occurrence with what is known of it; false where that told nothing new. */
  add(record: OccurrenceRecord, place: Place): boolean {
    if (record.telling !== undefined) return this.#addTold(record, record.telling, place);
    const row = this.#row(record, record.key, place);
    const known = this.#find(row);
    if (known === undefined) return this.#isPruned(row) || this.#insert(row);
    const isBetter =
      known.row.owner !== row.owner && this.#parts.outranks(row.owner, known.row.owner);
    if (!isBetter) return false;
    return this.#replace(this.#absorb(known, row), row);
  }

  /** What a line of a transcript is joined with. */
  #find(row: OccurrenceRow): Found {
    const { store } = this.#parts;
    const known = store.occurrences.find(row.key);
    if (known !== undefined || !this.#hasHooks) return known;
    const alias = store.hookQueries.aliasOf(row.key);
    if (alias !== undefined) return store.occurrences.row(alias);
    const told = this.#toldPrompt(row);
    if (told === undefined) return undefined;
    store.hookQueries.keepAlias(row.key, told.id);
    // A further key is news for the archive, whatever else comes of it.
    store.occurrences.change(told.id, told.row);
    return store.occurrences.row(told.id);
  }

  /** A line that is known from a copy of it, with what hooks told of its original. */
  #absorb(known: Kept<OccurrenceRow>, row: OccurrenceRow): Kept<OccurrenceRow> {
    const { store } = this.#parts;
    const told = this.#hasHooks && known.row.scopes === null ? this.#toldPrompt(row) : undefined;
    if (told === undefined || told.id === known.id) return known;
    store.occurrences.remove(told.id);
    store.hookQueries.keepAlias(told.row.key, known.id);
    countOccurrence(store, told.row, -1);
    return { ...known, row: { ...known.row, scopes: told.row.scopes } };
  }

  /** The prompt that only hooks told of so far, and this line tells of too. A copied line has the id of another prompt. */
  #toldPrompt(row: OccurrenceRow): Found {
    const { store } = this.#parts;
    if (!PROMPTS.has(row.type)) return undefined;
    if (row.atMs < store.origins.firstAtMs(row.owner)) return undefined;
    const promptId = promptIdOf(row.data);
    for (const key of promptKeys(store.sessions.name(row.session), promptId)) {
      const known = store.occurrences.find(key);
      if (known === undefined) {
        // What was told under this key may have been joined with a line that has another one.
        if (store.hookQueries.aliasOf(key) === undefined) return undefined;
        continue;
      }
      const isNear = Math.abs(known.row.atMs - row.atMs) <= windowOf(promptId);
      if (known.row.source === HOOK && isNear) return known;
    }
    return undefined;
  }

  /** Whether a line tells of what has left the store, under its own key or under the one that hooks gave it. */
  #isPruned(row: OccurrenceRow): boolean {
    const { ledger, sessions } = this.#parts.store;
    if (ledger.refuses(EVENT_KINDS.occurrence, row.key)) return true;
    const promptId = this.#hasHooks && PROMPTS.has(row.type) ? promptIdOf(row.data) : null;
    const [toldKey] = promptId === null ? [] : promptKeys(sessions.name(row.session), promptId);
    return toldKey !== undefined && ledger.refuses(EVENT_KINDS.occurrence, toldKey);
  }

  #addTold(record: OccurrenceRecord, telling: HookTelling, place: Place): boolean {
    this.#hasHooks = true;
    const known =
      telling.as === 'prompt'
        ? this.#knownPrompt(record, telling)
        : this.#knownFiring(record, telling);
    if (typeof known !== 'string') return this.#addScope(known, telling.scope);
    const row = this.#row(record, known, place);
    if (this.#parts.store.ledger.refuses(EVENT_KINDS.occurrence, known)) return true;
    this.#insert({ ...row, scopes: telling.scope });
    if (telling.call !== undefined) this.#ask(telling.call, row);
    return true;
  }

  /** The prompt that a hook tells of, or the key of a new one. */
  #knownPrompt(
    record: OccurrenceRecord,
    { promptId, scope }: HookTelling,
  ): Kept<OccurrenceRow> | string {
    const { store } = this.#parts;
    const { atMs, sessionId } = record;
    const windowMs = windowOf(promptId);
    store.occurrences.flush();
    const near = store.hookQueries.promptsNear(store.sessions.id(sessionId), promptId, [
      atMs - windowMs,
      atMs + windowMs,
    ]);
    const match = near.find(({ scopes }) => withScope(scopes, scope) !== scopes);
    const known = match === undefined ? undefined : store.occurrences.row(match.id);
    if (known !== undefined) return known;
    for (const key of promptKeys(sessionId, promptId)) {
      const isFree = store.occurrences.find(key) === undefined;
      if (isFree && store.hookQueries.aliasOf(key) === undefined) return key;
    }
    return `prompt:${sessionId}:${atMs}:${store.occurrences.nextId}`;
  }

  /** The firing that another installation told of, or the key of a new one. */
  #knownFiring(
    record: OccurrenceRecord,
    { digest, scope }: HookTelling,
  ): Kept<OccurrenceRow> | string {
    const { store } = this.#parts;
    const { atMs } = record;
    let free: string | undefined;
    for (const { keys, isOwn } of firingKeys(digest, atMs, SAME_FIRING_MS)) {
      for (const key of keys) {
        const known = store.occurrences.find(key);
        if (known === undefined) {
          if (isOwn) free = key;
          break;
        }
        const isNear = Math.abs(known.row.atMs - atMs) <= SAME_FIRING_MS;
        if (isNear && withScope(known.row.scopes, scope) !== known.row.scopes) return known;
      }
    }
    return free ?? `hook:${digest}:${atMs}:${store.occurrences.nextId}`;
  }

  #addScope(known: Kept<OccurrenceRow>, scope: string): boolean {
    const { store } = this.#parts;
    store.occurrences.change(known.id, {
      ...known.row,
      scopes: withScope(known.row.scopes, scope),
    });
    return false;
  }

  #ask(call: NonNullable<HookTelling['call']>, row: OccurrenceRow): void {
    const { store, permissions, toolCalls } = this.#parts;
    const { session, agentId, atMs } = row;
    const tool = store.tools.id(call.tool);
    const asked = { session, tool, inputDigest: call.inputDigest, agentId, atMs };
    store.toolCalls.flush();
    const key = store.hookQueries.askedCall(asked);
    if (key === undefined) permissions.keep(asked, row.key);
    else toolCalls.ask(key, row.key, atMs);
  }

  #insert(row: OccurrenceRow): true {
    const { store } = this.#parts;
    store.occurrences.add(row);
    countOccurrence(store, row, 1);
    return true;
  }

  #replace(known: Kept<OccurrenceRow>, row: OccurrenceRow): true {
    const { store } = this.#parts;
    const { key, scopes, revision } = known.row;
    countOccurrence(store, known.row, -1);
    countOccurrence(store, row, 1);
    store.occurrences.change(known.id, { ...row, key, scopes, revision });
    return true;
  }

  #row(record: OccurrenceRecord, key: string, { origin, source }: Place): OccurrenceRow {
    const { store } = this.#parts;
    const { type, category, line, agentId, atMs, data } = record;
    const session = store.sessions.id(record.sessionId);
    const project = store.projects.id(record.project);
    return {
      key,
      type,
      category,
      session,
      project,
      owner: origin,
      line,
      source,
      agentId,
      atMs,
      data,
      scopes: null,
      revision: 0,
    };
  }
}

const windowOf = (promptId: string | null): number =>
  promptId === null ? SAME_NAMELESS_PROMPT_MS : Number.MAX_SAFE_INTEGER;

const promptIdOf = (data: string): string | null => {
  const { prompt_id: promptId } = JSON.parse(data) as { readonly prompt_id?: unknown };
  return typeof promptId === 'string' ? promptId : null;
};
