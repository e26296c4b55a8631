import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SettingsPlaces } from '../../config/settings-places.ts';
import { InputError } from '../../errors.ts';
import type { CommandContext, CommandResult } from '../context.ts';
import { jsonText } from '../escape.ts';
import { EXIT } from '../exit-codes.ts';
import { CHECKS } from './checks.ts';
import { fault, type Check, type Finding, type Remark } from './finding.ts';
import { reportText } from './report-text.ts';
import { withScene, type Scene } from './scene.ts';

/** Flags of `hall-monitor doctor`. */
export interface DoctorOptions {
  readonly json?: boolean;
  readonly project?: readonly string[];
}

/** Where the command was called, and the settings of Claude Code that hold there. */
export interface DoctorPlace {
  readonly workingDir: string;
  readonly places: SettingsPlaces;
}

/** Looks at everything and changes nothing. Exit code 1 where something is wrong; warnings alone are none. */
export async function runDoctor(
  { json = false, project = [] }: DoctorOptions,
  context: CommandContext,
  { workingDir, places }: DoctorPlace,
): CommandResult {
  const projects = project.map((dir) => existing(resolve(workingDir, dir)));
  const findings = await withScene(context, { workingDir, places, projects }, examine);
  const isOk = findings.every(({ level }) => level !== 'error');
  const { terminal } = context;
  terminal.print(json ? jsonText({ findings, ok: isOk }) : reportText(findings, terminal));
  return isOk ? EXIT.ok : EXIT.failure;
}

/** The findings of every check, in their order; a check that fails does not keep the others from theirs. */
export async function examine(scene: Scene): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    const remarks = await remarksOf(check, scene);
    findings.push(...remarks.map((remark) => ({ area: check.area, ...remark })));
  }
  return findings;
}

async function remarksOf(check: Check, scene: Scene): Promise<readonly Remark[]> {
  try {
    return await check.run(scene);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [fault(`This could not be looked at: ${detail}.`)];
  }
}

function existing(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw new InputError(`There is no folder ${folder}.`, {
    hint: '--project takes folders in which Claude Code works.',
  });
}
