import type { EntryQuery } from '../records/entry-query.ts';
import { REQUEST_TAGS } from './read-entry.ts';
import type { EntryKind } from './read-rows.ts';
import { COST_BASES, REQUESTERS, SOURCES } from './rows.ts';

/** SQL conditions with `?` for their values. */
export interface Conditions {
  readonly sql: readonly string[];
  readonly values: readonly (string | number)[];
}

const TOOL_TYPES: Readonly<Record<string, string>> = {
  tool_start: 'success IS NULL AND result_at_ms IS NULL',
  tool_completed: '(success IS 1 OR (success IS NULL AND result_at_ms IS NOT NULL))',
  tool_failed: 'success IS 0',
};

const REQUEST_TAG_SQL: Readonly<Record<string, string>> = {
  api: 'TRUE',
  response: 'TRUE',
  ...Object.fromEntries(REQUESTERS.map((tag, index) => [tag, `requester = ${index}`])),
  [REQUEST_TAGS.estimated]: `cost_basis = ${COST_BASES.indexOf('estimated')}`,
  [REQUEST_TAGS.unpriced]: `cost_basis = ${COST_BASES.indexOf('unpriced')}`,
  [REQUEST_TAGS.notFinal]: 'final = 0',
};

const TOOL_TAG_SQL: Readonly<Record<string, string>> = {
  tool: 'TRUE',
  started: TOOL_TYPES['tool_start'] ?? '',
  completed: TOOL_TYPES['tool_completed'] ?? '',
  success: TOOL_TYPES['tool_completed'] ?? '',
  failed: 'success IS 0',
  denied: "(success IS 0 AND error_class IS 'denied')",
  failure: "(success IS 0 AND error_class IS NOT 'denied')",
};

/** What a row of this kind must satisfy beside its time and session; null when no row of the kind can fit. */
export function conditionsFor(
  kind: EntryKind,
  query: EntryQuery,
  toolIds: readonly number[] | null,
): Conditions | null {
  const draft: { sql: string[]; values: (string | number)[] } = { sql: [], values: [] };
  const add = (sql: string, ...values: readonly (string | number)[]): void => {
    draft.sql.push(sql);
    draft.values.push(...values);
  };
  if (query.projects !== null) {
    add(inList('project', query.projects));
  }
  if (query.source !== null) {
    add('source = ?', SOURCES.indexOf(query.source));
  }
  const parts = [
    typeCondition(kind, query),
    namesCondition(kind, query, toolIds),
    ...query.tags.map((tag) => tagCondition(kind, tag)),
  ];
  for (const part of parts) {
    if (part === null) {
      return null;
    }
    if (part.sql !== 'TRUE') {
      add(part.sql, ...part.values);
    }
  }
  return draft;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const ALWAYS: Condition = { sql: 'TRUE', values: [] };

function typeCondition(kind: EntryKind, { eventType, category }: EntryQuery): Condition | null {
  switch (kind) {
    case 0:
      return (eventType ?? 'api_response') === 'api_response' && (category ?? 'api') === 'api'
        ? ALWAYS
        : null;
    case 1: {
      if ((category ?? 'tool') !== 'tool') {
        return null;
      }
      const sql = eventType === null ? 'TRUE' : TOOL_TYPES[eventType];
      return sql === undefined ? null : { sql, values: [] };
    }
    case 2:
      return both(equal('type', eventType), equal('category', category));
  }
}

/** Model, tool and success belong to one kind each. */
function namesCondition(
  kind: EntryKind,
  query: EntryQuery,
  toolIds: readonly number[] | null,
): Condition | null {
  const { models, success } = query;
  if ((models !== null && kind !== 0) || ((toolIds !== null || success !== null) && kind !== 1)) {
    return null;
  }
  const model = models === null ? ALWAYS : { sql: inList('model', models), values: [] };
  const tool = toolIds === null ? ALWAYS : { sql: inList('tool', toolIds), values: [] };
  return both(
    both(model, tool),
    success === null ? ALWAYS : { sql: `success IS ${Number(success)}`, values: [] },
  );
}

function tagCondition(kind: EntryKind, tag: string): Condition | null {
  if (kind === 0) {
    const sql = Object.hasOwn(REQUEST_TAG_SQL, tag) ? REQUEST_TAG_SQL[tag] : undefined;
    return sql === undefined ? null : { sql, values: [] };
  }
  if (kind === 1) {
    const sql = Object.hasOwn(TOOL_TAG_SQL, tag) ? TOOL_TAG_SQL[tag] : undefined;
    return {
      sql: `(${sql ?? 'FALSE'} OR tool = (SELECT id FROM tool WHERE name = ?))`,
      values: [tag],
    };
  }
  return { sql: '(type = ? OR category = ?)', values: [tag, tag] };
}

function equal(column: string, value: string | null): Condition {
  return value === null ? ALWAYS : { sql: `${column} = ?`, values: [value] };
}

function both(a: Condition, b: Condition): Condition {
  if (a.sql === 'TRUE' || b.sql === 'TRUE') {
    return a.sql === 'TRUE' ? b : a;
  }
  return { sql: `${a.sql} AND ${b.sql}`, values: [...a.values, ...b.values] };
}

function inList(column: string, among: readonly number[]): string {
  return `${column} IN (${among.map(Number).join(', ')})`;
}
