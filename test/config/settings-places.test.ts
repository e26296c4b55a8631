import { describe, expect, it } from 'vitest';
import { settingsPlaces } from '../../src/config/settings-places.ts';

describe('the settings of Claude Code', () => {
  it('are in the home folder and in the project', () => {
    const { claudeDir, files } = settingsPlaces({ HOME: '/home/a' }, '/work/p', 'linux');
    expect({ claudeDir, ...files }).toEqual({
      claudeDir: '/home/a/.claude',
      user: '/home/a/.claude/settings.json',
      project: '/work/p/.claude/settings.json',
      local: '/work/p/.claude/settings.local.json',
    });
  });

  it('are where CLAUDE_CONFIG_DIR says, as seen from the working directory', () => {
    const of = (dir: string): string =>
      settingsPlaces({ HOME: '/home/a', CLAUDE_CONFIG_DIR: dir }, '/work/p', 'linux').files.user;
    expect(of('/elsewhere')).toBe('/elsewhere/settings.json');
    expect(of('here')).toBe('/work/p/here/settings.json');
    expect(of('')).toBe('/home/a/.claude/settings.json');
  });

  it('have the form of the platform', () => {
    const { files } = settingsPlaces({ HOME: 'C:\\Users\\a' }, 'C:\\work', 'win32');
    expect(files.user).toBe('C:\\Users\\a\\.claude\\settings.json');
    expect(files.local).toBe('C:\\work\\.claude\\settings.local.json');
  });
});
