/** Where a recording was made. */
export interface RecordedAt {
  readonly home: string;
  readonly workDir: string;
}

type Told = { readonly [key: string]: Json };
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const HOME = '/home/dev';
const PROJECT = `${HOME}/project`;
const LONG = 800;
/** What the client tells the model is not ours to pass on, and nothing in it matters here. */
const LONG_IN_BOILERPLATE = 100;
const KEPT = 100;

/** Name of the folder that the client keeps a project's transcripts in. */
export const projectSlug = (workDir: string): string => workDir.replaceAll(/[^a-zA-Z0-9]/g, '-');

/** One recorded line of JSON without the paths and the system of whoever recorded it, and with long texts cut. */
export function maskLine(line: string, { home, workDir }: RecordedAt): string {
  const placed = line
    .replaceAll(workDir, PROJECT)
    .replaceAll(home, HOME)
    .replaceAll(projectSlug(workDir), projectSlug(PROJECT))
    .replaceAll(/\/claude-\d+\//g, '/claude-1000/')
    .replaceAll(/"osVersion":"[^"]*"/g, '"osVersion":"Linux 6.8.0"');
  const told = JSON.parse(placed) as Told;
  return JSON.stringify(cutTexts(told, isBoilerplate(told) ? LONG_IN_BOILERPLATE : LONG));
}

function cutTexts(value: Json, limit: number): Json {
  if (typeof value === 'string') return cut(value, limit);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: Json) => cutTexts(each, limit));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'input_schema' ? {} : cutTexts(each, limit),
    ]),
  );
}

/** Whether a line holds what the client adds for the model; a prompt that waited is what somebody asked. */
const isBoilerplate = ({ type, attachment }: Told): boolean =>
  (typeof type === 'string' && type.startsWith('api-request')) ||
  (attachment !== undefined && (attachment as Told | null)?.['type'] !== 'queued_command');

const cut = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const kept = limit === LONG ? text.slice(0, KEPT) : '';
  return `${kept}[${text.length - kept.length} characters left out]`;
};
