/** A pull request as the public `data` tells of it; a branch that is not known is left out. */
export interface PullRequestData {
  readonly pr_url: string;
  readonly pr_number: number | null;
  readonly pr_repository: string | null;
  readonly git_branch?: string;
}

/** What is said of a pull request besides its address. */
export interface PullRequestNotes {
  readonly number?: number | null;
  readonly repository?: string | null;
  readonly branch: string | null;
}

const MAX_URL = 2048;
const WEB = /^https?:\/\/[^\s\p{Cc}]+$/iu;
const REQUEST = /^https?:\/\/[^/]+\/([^/?#]+\/[^/?#]+)\/pull\/(\d{1,15})(?![^/?#])/i;
const REQUEST_IN_TEXT =
  /https?:\/\/[^\s"'<>/]{1,300}\/[^\s"'<>/]{1,200}\/[^\s"'<>/]{1,200}\/pull\/\d{1,15}(?!\d)/;
/** What the client says was done with a pull request when it is new. */
const NEW: ReadonlySet<unknown> = new Set([undefined, null, 'created', 'opened']);

/** Whether the client tells of a pull request because it was made. */
export const isNewPullRequest = (action: unknown): boolean => NEW.has(action);

/** Address of a pull request, without a name and password in it; null where it is no address in the web. */
export const pullRequestUrl = (value: unknown): string | null => {
  if (typeof value !== 'string' || value.length > MAX_URL || !WEB.test(value)) return null;
  if (!value.isWellFormed() || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.username === '' && url.password === '') return value;
  url.username = url.password = '';
  return url.href;
};

/** The first address of a pull request in what a command printed. */
export const pullRequestUrlIn = (text: string): string | null =>
  pullRequestUrl(REQUEST_IN_TEXT.exec(text)?.[0]);

const isNumber = (value: number | null | undefined): value is number =>
  Number.isSafeInteger(value) && value! > 0;

/** What is known of the pull request at an address. */
export const pullRequestData = (
  url: string,
  { number, repository, branch }: PullRequestNotes,
): PullRequestData => {
  const found = REQUEST.exec(url);
  return {
    pr_url: url,
    pr_number: isNumber(number) ? number : found === null ? null : Number(found[2]),
    pr_repository: repository ?? found?.[1] ?? null,
    ...(branch !== null && branch !== '' && { git_branch: branch }),
  };
};

/** Identity of a pull request, whoever tells of it. */
export const pullRequestKey = (sessionId: string, url: string): string => `pr:${sessionId}:${url}`;
