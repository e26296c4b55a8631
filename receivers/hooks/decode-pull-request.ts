import { own } from '../../src/records/foreign-value.ts';
import type { MonitorRecord } from '../../src/records/record.ts';
import {
  isNewPullRequest,
  pullRequestData,
  pullRequestKey,
  pullRequestUrl,
  pullRequestUrlIn,
} from '../../src/records/pull-request.ts';
import { word } from './payload.ts';
import type { Told } from './telling.ts';

/** Characters of a command, and of what it printed, that are looked at. */
const MAX_COMMAND = 16 * 1024;
const MAX_OUTPUT = 64 * 1024;
/** As a command of its own, and not as a word of another one. */
const CREATES =
  /(?:^|[\n;&|(])[ \t]{0,16}(?:\w{1,64}=\S{0,256} +){0,8}gh[ \t]{1,16}pr[ \t]{1,16}create\b/;

/** The pull request that a command made: what the client noted of it, else the first that it printed. */
export const decodePullRequest = ({ payload, atMs }: Told): readonly MonitorRecord[] => {
  const command = own(own(payload.fields, 'tool_input'), 'command');
  if (typeof command !== 'string') return [];
  const response = own(payload.fields, 'tool_response');
  const git = own(response, 'gitOperation');
  const noted = own(git, 'pr');
  const ofClient = notedUrl(noted);
  const url = ofClient ?? printedUrl(command, own(response, 'stdout'));
  if (url === null) return [];
  const { sessionId, project, agentId } = payload;
  const number = own(noted, 'number');
  const data = pullRequestData(url, {
    number: ofClient !== null && typeof number === 'number' ? number : null,
    branch: word(own(own(git, 'push'), 'branch'), 512),
  });
  return [
    {
      kind: 'occurrence',
      key: pullRequestKey(sessionId, url),
      type: 'pr_created',
      category: 'custom',
      sessionId,
      project,
      agentId,
      atMs,
      data: JSON.stringify(data),
      line: 0,
      offsetBytes: 0,
    },
  ];
};

const notedUrl = (noted: unknown): string | null =>
  isNewPullRequest(own(noted, 'action')) ? pullRequestUrl(own(noted, 'url')) : null;

const printedUrl = (command: string, stdout: unknown): string | null =>
  typeof stdout === 'string' && CREATES.test(command.slice(0, MAX_COMMAND))
    ? pullRequestUrlIn(stdout.slice(0, MAX_OUTPUT))
    : null;
