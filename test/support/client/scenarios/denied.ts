import { join } from 'node:path';
import { MODEL, says, type Scenario } from '../scenario.ts';

/** Two tools that are not allowed, beside one that is, then one that there is not. */
export const denied = (workDir: string): Scenario => ({
  model: MODEL,
  runs: [{ input: 'MAIN-TASK do what is not allowed', allowedTools: 'Read' }],
  main: [
    {
      blocks: [
        {
          type: 'tool_use',
          name: 'Bash',
          input: { command: 'rm -rf build', description: 'remove' },
        },
        {
          type: 'tool_use',
          name: 'Write',
          input: { file_path: join(workDir, 'new.md'), content: 'new\n' },
        },
      ],
    },
    { blocks: [{ type: 'tool_use', name: 'NoSuchTool', input: {} }] },
    says('It cannot be done.'),
  ],
  agents: {},
});
