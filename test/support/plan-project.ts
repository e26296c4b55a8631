import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { PLAN_FOLDERS, type PlanLocation } from '../../src/records/plan.ts';
import { assistant, jsonl, type Line, user } from './transcript-lines.ts';

/** One line of a manifest. */
export interface ManifestLine {
  readonly id: string;
  readonly status: string;
  readonly [key: string]: unknown;
}

/** A line as small as they are written. */
export const manifestLine = (id: string, status = 'pending', more: object = {}): ManifestLine => ({
  id,
  file: `prompts/${id}.md`,
  description: `What ${id} does`,
  depends_on: [],
  edge_cases: [],
  decisions: [],
  code_refs: [],
  status,
  verification: 'false',
  ...more,
});

/** A manifest as the text of its file. */
export const manifestText = (lines: readonly ManifestLine[]): string => jsonl(...lines);

/** The folder of a project on disk, with plans in it, and a transcript of one session that works there. */
export class PlanProject {
  readonly folder: string;
  readonly session: string;
  readonly #transcript: string;
  readonly #branch: string;
  #turns = 0;

  constructor(options: {
    readonly folder: string;
    readonly claudeDir: string;
    readonly session: string;
    /** Branch that the session says it is on. */
    readonly branch: string;
  }) {
    const { folder, claudeDir, session, branch } = options;
    this.folder = folder;
    this.session = session;
    this.#branch = branch;
    const slug = join(claudeDir, 'projects', folder.replaceAll(/[^a-zA-Z0-9]/g, '-'));
    this.#transcript = join(slug, `${session}.jsonl`);
    mkdirSync(slug, { recursive: true });
    mkdirSync(folder, { recursive: true });
  }

  /** A plan's folder, or a file in it. */
  path(plan: string, location: PlanLocation, ...file: readonly string[]): string {
    return join(this.folder, PLAN_FOLDERS[location], plan, ...file);
  }

  /** Writes a file of a plan in `dev/active` whole. */
  write(plan: string, file: string, content: string | Uint8Array): void {
    mkdirSync(this.path(plan, 'active'), { recursive: true });
    writeFileSync(this.path(plan, 'active', file), content);
  }

  /** Writes a plan's manifest whole, as the agent does. */
  writeManifest(plan: string, lines: readonly ManifestLine[]): void {
    this.write(plan, 'manifest.jsonl', manifestText(lines));
  }

  /** Adds a line to the manifest of a plan. */
  appendFeature(plan: string, line: ManifestLine): void {
    mkdirSync(this.path(plan, 'active'), { recursive: true });
    appendFileSync(this.path(plan, 'active', 'manifest.jsonl'), manifestText([line]));
  }

  /** Moves a plan's whole folder. */
  move(plan: string, to: PlanLocation): void {
    mkdirSync(join(this.folder, PLAN_FOLDERS[to]), { recursive: true });
    renameSync(this.path(plan, to === 'complete' ? 'active' : 'complete'), this.path(plan, to));
  }

  /** Writes a prompt and its answer to the session's transcript, at this moment. */
  work(): void {
    this.#turns += 1;
    const turn = this.#turns;
    this.tell(
      user('Go on.', { uuid: `prompt-${turn}`, promptId: `prompt-${turn}` }),
      assistant(
        { id: `msg_01plan${String(turn).padStart(18, '0')}`, requestId: `req_plan_${turn}` },
        { uuid: `answer-${turn}` },
      ),
    );
  }

  /** Writes lines to the session's transcript, at this moment. */
  tell(...lines: readonly Line[]): void {
    const here = { cwd: this.folder, gitBranch: this.#branch };
    this.#append(...lines.map((line) => ({ ...line, ...here })));
  }

  /** Writes what the client writes where it sees a pull request, which is every time anew. */
  linkPullRequest(prRepository: string, prNumber: number): void {
    const prUrl = `https://github.com/${prRepository}/pull/${prNumber}`;
    this.#append({ type: 'pr-link', prNumber, prUrl, prRepository });
  }

  #append(...lines: readonly Line[]): void {
    const now = { sessionId: this.session, timestamp: new Date().toISOString() };
    appendFileSync(this.#transcript, jsonl(...lines.map((line) => ({ ...line, ...now }))));
  }

  /** Tells whether any plan's folder or file is another one than before: names, contents, modes and times. */
  digest(): string {
    const hash = createHash('sha256');
    const root = join(this.folder, 'dev');
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
    for (const path of paths) {
      const { mode, mtimeMs, ctimeMs, size } = statSync(path);
      hash.update(JSON.stringify([relative(root, path), mode, mtimeMs, ctimeMs, size]));
      if (statSync(path).isFile()) hash.update(readFileSync(path));
    }
    return hash.digest('hex');
  }
}
