import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Place, runCommand, temporaryFolder } from '../running-command.ts';
import { playScenario } from './play-scenario.ts';
import type { ClientEnd } from './run-client.ts';
import type { Scenario } from './scenario.ts';
import { startStandInApi, type StandInApi } from './stand-in-api.ts';

/** A person's machine for the time of one test: a home with a client in it, a project, and a Hall Monitor. */
export interface ClientStage {
  readonly home: string;
  readonly workDir: string;
  /** The Hall Monitor of that home, started in the project. */
  readonly place: Place & { readonly workDir: string };
  /** The client's settings of the person, and those of the person in the project. */
  readonly userSettings: string;
  readonly localSettings: string;
}

/** What happened when a scenario was played. */
export interface Played {
  readonly api: StandInApi;
  readonly ends: readonly ClientEnd[];
}

/** Makes a stage that is gone when the test is over. */
export function newStage(): ClientStage {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const home = join(folder, 'home');
  const workDir = join(folder, 'project');
  const claudeDir = join(home, '.claude');
  mkdirSync(join(claudeDir, 'projects'), { recursive: true });
  mkdirSync(join(workDir, '.claude'), { recursive: true });
  return {
    home,
    workDir,
    place: { home: join(folder, 'data'), claudeDir, workDir, env: { HOME: home } },
    userSettings: join(claudeDir, 'settings.json'),
    localSettings: join(workDir, '.claude', 'settings.local.json'),
  };
}

/** Plays a scenario with the real client on a stage. */
export async function play(
  { home, workDir }: ClientStage,
  scenarioIn: (workDir: string) => Scenario,
): Promise<Played> {
  const scenario = scenarioIn(workDir);
  const api = await startStandInApi(scenario);
  onTestFinished(api.close);
  return { api, ends: await playScenario(scenario, { home, workDir, api }) };
}

/** Runs `hall-monitor hooks <args>`; throws where it fails. */
export async function hooksCommand(
  { place }: ClientStage,
  ...args: readonly string[]
): Promise<void> {
  const { code, stderr } = await runCommand(place, 'hooks', ...args);
  if (code !== 0) throw new Error(`hooks ${args.join(' ')} ended with ${code}: ${stderr}`);
}

/** Files that lie in a stage's spool, by the folder they lie in. */
export function spooledFiles({ place }: ClientStage): readonly string[] {
  return ['tmp', 'new', 'dead'].flatMap((folder) => {
    try {
      const names = readdirSync(join(place.home, 'spool', folder));
      return names.map((name) => `${folder}/${name}`);
    } catch {
      // A folder that was never needed is not there.
      return [];
    }
  });
}
