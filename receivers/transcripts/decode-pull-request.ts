import type { OccurrenceRecord } from '../../src/records/occurrence.ts';
import {
  isNewPullRequest,
  pullRequestData,
  pullRequestKey,
  pullRequestUrl,
} from '../../src/records/pull-request.ts';
import type { LineContext } from './line-context.ts';
import type { LineFacts } from './read-line.ts';

/** The pull request that a command made; null where it made none, or the line is a fork's copy. */
export const decodePullRequest = (
  { result, forkedFrom }: LineFacts,
  at: LineContext,
): OccurrenceRecord | null => {
  const { pullRequest } = result;
  if (pullRequest === null || forkedFrom !== null) return null;
  const url = pullRequestUrl(pullRequest.url);
  if (url === null || !isNewPullRequest(pullRequest.action)) return null;
  const { number } = pullRequest;
  return {
    kind: 'occurrence',
    key: pullRequestKey(at.sessionId, url),
    type: 'pr_created',
    category: 'custom',
    sessionId: at.sessionId,
    project: at.project,
    agentId: at.agentId,
    atMs: at.atMs,
    data: JSON.stringify(pullRequestData(url, { number, branch: at.gitBranch })),
    line: at.line,
    offsetBytes: at.offsetBytes,
  };
};
