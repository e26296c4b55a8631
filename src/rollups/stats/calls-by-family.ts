import type { Database } from 'better-sqlite3';
import { addCount } from './rates.ts';

/**
 * Tool calls by the family of the model that asked for them; those of which it is not known are left out.
 *
 * Where only one family answered in a session, all its calls are that one's, also those that are not kept one by one any
 * more. In other sessions each call is looked up.
 */
export function callsByFamily(db: Database): ReadonlyMap<string, number> {
  const families = familiesOfSessions(db);
  const calls = new Map<string, number>();
  const add = (family: string | null | undefined, by: number): void => {
    if (typeof family === 'string') {
      addCount(calls, family, by);
    }
  };
  for (const { session, count } of callsOfSessions(db)) {
    const own = families.get(session);
    if (own?.size === 1) {
      add([...own][0], count);
    }
  }
  const mixed = [...families].flatMap(([session, { size }]) => (size > 1 ? [session] : []));
  for (const { model, count } of callsOneByOne(db, mixed)) {
    add(familyOf(model), count);
  }
  return calls;
}

/** The word of a Claude model's id that is no number: `opus` of `claude-opus-5-5`; null for other makers' models. */
export function familyOf(model: string): string | null {
  const family = /\bclaude-(?:[\d.]+-)*([a-z]{3,20})\b/.exec(model)?.[1];
  return family === undefined || family === 'unknown' ? null : family;
}

function familiesOfSessions(db: Database): ReadonlyMap<number, ReadonlySet<string | null>> {
  // What the client asks for in the background calls no tools.
  const rows = db
    .prepare<[], { session: number; model: string }>(
      `SELECT session, model.name AS model FROM (
         SELECT DISTINCT session, model AS id FROM rollup_request WHERE requester < 2 AND requests > 0
       ) JOIN model USING (id)`,
    )
    .all();
  const families = new Map<number, Set<string | null>>();
  for (const { session, model } of rows) {
    const own = families.get(session) ?? new Set();
    families.set(session, own.add(familyOf(model)));
  }
  return families;
}

function callsOfSessions(db: Database): { session: number; count: number }[] {
  return db
    .prepare<[], { session: number; count: number }>(
      'SELECT +session AS session, sum(calls) AS count FROM rollup_tool GROUP BY +session',
    )
    .all();
}

function callsOneByOne(
  db: Database,
  sessions: readonly number[],
): { model: string; count: number }[] {
  return db
    .prepare<[string], { model: string; count: number }>(
      `SELECT model.name AS model, count FROM (
         SELECT request.model AS id, count(*) AS count FROM json_each(?) AS chosen
         CROSS JOIN tool_call ON tool_call.session = chosen.value
         CROSS JOIN request ON request.key = tool_call.request_key GROUP BY request.model
       ) JOIN model USING (id)`,
    )
    .all(JSON.stringify(sessions));
}
