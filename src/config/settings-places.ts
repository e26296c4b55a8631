import { homedir } from 'node:os';
import { pathsOf, set, type Environment } from './platform.ts';

/** Which settings of Claude Code: a person's, those a project's people share, or a person's in that project. */
export type SettingsScope = 'user' | 'project' | 'local';

/** Every scope, the widest first. */
export const SETTINGS_SCOPES: readonly SettingsScope[] = ['user', 'project', 'local'];

/** Where Claude Code keeps its settings; paths are absolute. */
export interface SettingsPlaces {
  /** Its configuration folder, which holds the plugins too. */
  readonly claudeDir: string;
  readonly files: Readonly<Record<SettingsScope, string>>;
  /** What an administrator prescribes; a person's settings cannot change it. */
  readonly managedFile: string;
}

/** Where the client looks when it is started in `workingDir`. Source: settings reference of Claude Code 2.1.329. */
export function settingsPlaces(
  env: Environment,
  workingDir: string,
  platform: NodeJS.Platform = process.platform,
): SettingsPlaces {
  const paths = pathsOf(platform);
  const homeDir = set(env['HOME']) ?? homedir();
  const told = set(env['CLAUDE_CONFIG_DIR']);
  const claudeDir = paths.resolve(workingDir, told ?? paths.join(homeDir, '.claude'));
  const inProject = (name: string): string => paths.resolve(workingDir, '.claude', name);
  return {
    claudeDir,
    files: {
      user: paths.join(claudeDir, 'settings.json'),
      project: inProject('settings.json'),
      local: inProject('settings.local.json'),
    },
    managedFile: paths.join(managedFolder(platform), 'managed-settings.json'),
  };
}

function managedFolder(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'C:\\Program Files\\ClaudeCode';
  return platform === 'darwin' ? '/Library/Application Support/ClaudeCode' : '/etc/claude-code';
}
