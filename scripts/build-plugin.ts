// Writes the hooks of the Claude Code plugin, from the same table that `hall-monitor hooks install` uses.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginHooksText } from '../src/cli/hooks/plugin-hooks.ts';

writeFileSync(join(import.meta.dirname, '..', 'plugin', 'hooks', 'hooks.json'), pluginHooksText());
