import type { SubagentRecord } from '../../src/records/session.ts';
import { isId } from '../../src/records/transcript-path.ts';

/** Understands `agent-*.meta.json`; anything it lacks stays unknown. Source: files of client 2.1.329. */
export const decodeSubagentMeta = (
  agentId: string,
  sessionId: string,
  meta: unknown,
): SubagentRecord => {
  const known =
    typeof meta === 'object' && meta !== null ? (meta as Readonly<Record<string, unknown>>) : {};
  const text = (name: string): string | null => {
    const value = Object.hasOwn(known, name) ? known[name] : null;
    return typeof value === 'string' ? value.slice(0, 200).toWellFormed() : null;
  };
  const parent = text('parentAgentId');
  const depth = Object.hasOwn(known, 'spawnDepth') ? known['spawnDepth'] : null;
  const shape = text('requestShape');
  return {
    kind: 'subagent',
    agentId,
    sessionId,
    agentType: text('agentType'),
    toolUseId: text('toolUseId'),
    parentAgentId: isId(parent) ? parent : null,
    spawnDepth:
      typeof depth === 'number' && Number.isInteger(depth) && depth >= 0 && depth < 1000
        ? depth
        : null,
    background: shape === null ? null : shape === 'background',
  };
};
