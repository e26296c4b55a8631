import type { AskedCall, OccurrenceRow, ToolCallRow } from '../store/rows.ts';
import type { WriteStore } from '../store/write-store.ts';
import { toolUseIdOf } from '../records/identity.ts';
import { OUT_OF_ORDER_MS } from '../records/occurrence.ts';

interface Unmatched extends AskedCall {
  readonly permissionKey: string;
}

const MAX_UNMATCHED = 1_000;

/** What came of a permission request. */
type Decision = 'pending' | 'allowed' | 'denied';

/**
 * Ties permission requests, which do not name their call, to the calls they are for, and tells in each what came of it:
 * whether the call was allowed, and for how long the agent waited for a person.
 */
export class Permissions {
  readonly #store: WriteStore;
  #unmatched: readonly Unmatched[] = [];

  constructor(store: WriteStore) {
    this.#store = store;
  }

  /** Remembers a request whose call was not heard of yet. */
  keep(asked: AskedCall, permissionKey: string): void {
    this.#unmatched = [...this.#unmatched, { ...asked, permissionKey }].slice(-MAX_UNMATCHED);
  }

  /** The call with the request that was heard before it, where there is one. */
  adopt(row: ToolCallRow): ToolCallRow {
    if (this.#unmatched.length === 0 || row.permissionKey !== null) return row;
    const asked = this.#unmatched.find(
      (one) =>
        one.session === row.session &&
        one.tool === row.tool &&
        one.inputDigest === row.inputDigest &&
        one.agentId === row.agentId &&
        Math.abs(one.atMs - row.atMs) <= OUT_OF_ORDER_MS,
    );
    if (asked === undefined) return row;
    this.#unmatched = this.#unmatched.filter((one) => one !== asked);
    return { ...row, permissionKey: asked.permissionKey, askedAtMs: asked.atMs };
  }

  /** Tells in a request what is known of its call now, and counts what came of it. */
  tell(before: ToolCallRow | null, row: ToolCallRow): void {
    const store = this.#store;
    if (before !== null && before.permissionKey !== null) this.count(before, -1);
    this.count(row, 1);
    const known = store.occurrences.find(row.permissionKey!);
    if (known === undefined) return;
    const data = JSON.stringify({
      ...(JSON.parse(known.row.data) as object),
      tool_use_id: toolUseIdOf(row.key),
      decision: decisionOf(row),
      waited_ms: waitedMs(row),
    });
    if (data === known.row.data) return;
    store.occurrences.change(known.id, { ...known.row, data } satisfies OccurrenceRow);
  }

  /** Counts what came of the request for a call, or with sign -1 takes it away. */
  count(row: ToolCallRow, sign: 1 | -1): void {
    const { tallies, projects } = this.#store;
    const project = projects.name(row.project);
    tallies.add('permissions', `${decisionOf(row)}\t${project}`, sign);
    tallies.add('permission_wait_ms', project, sign * (waitedMs(row) ?? 0));
  }
}

const decisionOf = ({ success, errorClass }: ToolCallRow): Decision => {
  if (success === null) return 'pending';
  return errorClass === 'denied' ? 'denied' : 'allowed';
};

/** From the request to the decision; null while that is not known. */
const waitedMs = ({
  askedAtMs,
  startedAtMs,
  resultAtMs,
  errorClass,
}: ToolCallRow): number | null => {
  const decidedAtMs = startedAtMs ?? (errorClass === 'denied' ? resultAtMs : null);
  return askedAtMs === null || decidedAtMs === null ? null : Math.max(0, decidedAtMs - askedAtMs);
};
