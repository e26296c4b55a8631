import type { DoctorOptions } from './doctor/doctor.ts';
import type { Registry } from './program.ts';

/** Registers what looks whether everything works: `doctor`. */
export function registerDoctorCommand({ program, terminal, contextWith, action }: Registry): void {
  program
    .command('doctor')
    .description('say what works, what does not, and what to do about it')
    .option('--json', 'print JSON')
    .option('--project <dir...>', 'look at the settings of these project folders too')
    .addHelpText('after', `\n${HELP}\n`)
    .action(
      action(async (options: DoctorOptions) => {
        const { runDoctor } = await import('./doctor/doctor.ts');
        const { settingsPlaces } = await import('../config/settings-places.ts');
        const workingDir = process.cwd();
        const places = settingsPlaces(terminal.env, workingDir);
        return await runDoctor(options, await contextWith(), { workingDir, places });
      }),
    );
}

const HELP = `Examples:
  hall-monitor doctor
  hall-monitor doctor --project ~/src/new-clone      before Claude Code works there
  hall-monitor doctor --json | jq '.findings[] | select(.level == "error")'

It looks at the data folder and the store, the transcripts and whether they are read, the
hooks and what was heard of them, whether the sources agree, and where Claude Code sends
its own telemetry: a repository's settings can send it, prompts included, to a stranger.
For that it reads the settings of this folder and of the projects of the last 30 days.
It changes nothing, and needs no collector. Settings that an organisation delivers in
another way than by file cannot be seen.

  ok    as it should be
  note  good to know
  warn  something is or may get lost, or deserves a look
  FAIL  does not work, or tells others what it should not

Exit codes:
  0   nothing is wrong; there may be warnings
  1   something is wrong
  2   wrong usage
  78  the configuration must be corrected`;
