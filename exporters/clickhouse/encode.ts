import { logFacts, type LogFacts } from '../../src/rollups/log-facts.ts';
import { sessionRecords } from '../../src/rollups/session-records.ts';
import type { Stored, StoredMetric, StoreReader } from '../../src/store/store.ts';
import { encodeContext, hasContext } from './encode-context.ts';
import { encodeMessage, isMessage } from './encode-messages.ts';
import { encodeSession } from './encode-sessions.ts';
import { encodeFileAccess, encodeToolUsage, isToolCall } from './encode-tools.ts';
import { TABLE_NAMES, type TableName } from './tables.ts';
import type { Row, Teller } from './telling.ts';

/** Rows by the table they are for. */
export type Rows = Readonly<Record<TableName, readonly Row[]>>;

/** Whether a line of the log has rows in any table; hooks, errors and plans have none. */
export const isForTables = (line: Stored): line is StoredMetric =>
  line.kind === 'metric' && (isMessage(line.entry) || isToolCall(line.entry));

/** Lines of the log as rows, with one for each session that they touch; what a line does not say is read from the store. */
export const encodeLines = (
  db: StoreReader['db'],
  teller: Teller,
  lines: readonly Stored[],
  nowMs: number,
): Rows => {
  const told = lines.filter(isForTables);
  const fromSeq = told[0]?.seq ?? 0;
  const toSeq = told.at(-1)?.seq ?? 0;
  const facts = logFacts(db, fromSeq, toSeq);
  const rows = emptyRows();
  for (const line of told) addLine(rows, teller, line, facts);
  const touched = [...new Set(told.map(({ entry }) => entry.session_id))];
  for (const session of sessionRecords(db, touched, nowMs))
    rows.claude_sessions.push(encodeSession(teller, session, toSeq));
  return rows;
};

const addLine = (
  rows: Record<TableName, Row[]>,
  teller: Teller,
  { seq, entry }: StoredMetric,
  { requests, repeatedFiles }: LogFacts,
): void => {
  if (isToolCall(entry)) {
    rows.claude_tool_usage.push(...encodeToolUsage(teller, entry));
    const access = encodeFileAccess(teller, entry, repeatedFiles.has(seq));
    if (access !== null) rows.claude_file_access.push(access);
    return;
  }
  const facts = requests.get(seq);
  rows.claude_messages.push(encodeMessage(teller, entry, facts));
  if (hasContext(entry)) rows.claude_context_analysis.push(encodeContext(teller, entry, facts));
};

const emptyRows = (): Record<TableName, Row[]> =>
  Object.fromEntries(TABLE_NAMES.map((name) => [name, [] as Row[]])) as Record<TableName, Row[]>;
