import { join } from 'node:path';
import { MODEL, says, type Scenario, uses } from '../scenario.ts';

/** The plan that the client works on, and the feature of it. */
export const CLIENT_PLAN = 'count-to-three';
export const CLIENT_FEATURE = 'F001';

/** A manifest in which an edit can name one feature's status alone. */
export const CLIENT_MANIFEST = ['F000', CLIENT_FEATURE, 'F002']
  .map((id) =>
    JSON.stringify({
      id,
      status: 'pending',
      file: `prompts/${id}.md`,
      description: `Do ${id}`,
      depends_on: [],
      verification: 'exit 1',
    }),
  )
  .map((line) => `${line}\n`)
  .join('');

/** Files that the client waits for once it has changed a status; their names are those of the statuses. */
export const seenFile = (workDir: string, status: string): string =>
  join(workDir, `seen-${status}`);

/**
 * One feature of a plan from start to end by the client's own edits, with a subagent in it, and a prompt after it that
 * has nothing to do with the plan. `isWatched`: the client goes on only once somebody has seen what it changed.
 */
export const plan =
  (isWatched: boolean) =>
  (workDir: string): Scenario => {
    const folder = join(workDir, 'dev', 'active', CLIENT_PLAN);
    const manifest = join(folder, 'manifest.jsonl');
    const change = (from: string, to: string) =>
      uses('Edit', {
        file_path: manifest,
        old_string: `"${CLIENT_FEATURE}","status":"${from}"`,
        new_string: `"${CLIENT_FEATURE}","status":"${to}"`,
      });
    const wait = (status: string) => {
      const isSeen = isWatched ? `[ -e '${seenFile(workDir, status)}' ]` : 'true';
      return uses('Bash', {
        command: `until ${isSeen}; do sleep 0.05; done`,
        description: 'wait',
      });
    };
    return {
      model: MODEL,
      runs: [
        { input: 'MAIN-TASK carry out the plan' },
        { input: 'MAIN-TASK something else', from: 'resume' },
      ],
      main: [
        // To look at a plan is no work on it; but the prompt that writes into its folder later is.
        uses('Read', { file_path: manifest }),
        uses('Write', { file_path: join(folder, 'context.md'), content: 'Numbers.\n' }),
        change('pending', 'in_progress'),
        wait('in_progress'),
        uses('Agent', {
          description: 'do it',
          prompt: `AGENT-TASK follow the feature's prompt`,
          subagent_type: 'general-purpose',
          run_in_background: false,
        }),
        uses('Write', { file_path: join(workDir, 'three.txt'), content: '1\n2\n3\n' }),
        change('in_progress', 'completed'),
        wait('completed'),
        says('Done.'),
      ],
      agents: {
        'AGENT-TASK': [
          uses('Read', { file_path: join(folder, 'prompts', `${CLIENT_FEATURE}.md`) }),
          says('It was read.'),
        ],
      },
    };
  };
