import { type ClientEnd, runClient } from './run-client.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';
import type { StandInApi } from './stand-in-api.ts';

/** Where a scenario is played. */
export interface Stage {
  readonly home: string;
  readonly workDir: string;
  readonly api: StandInApi;
  readonly env?: Readonly<Record<string, string>>;
}

const ALLOWED_TOOLS = 'Bash,Read,Write,Edit,Agent,Task';

/** Starts the client once for each run of a scenario; throws where one of them did not get to a result. */
export async function playScenario(scenario: Scenario, stage: Stage): Promise<ClientEnd[]> {
  const ends: ClientEnd[] = [];
  for (const run of scenario.runs) {
    const session = ends.at(-1)?.results.at(-1)?.session_id;
    const end = await runClient({
      home: stage.home,
      workDir: stage.workDir,
      apiUrl: stage.api.url,
      args: argumentsOf(scenario, run, session),
      ...(typeof run.input !== 'string' && { input: run.input }),
      ...(stage.env !== undefined && { env: stage.env }),
    });
    if (end.results.length === 0)
      throw new Error(`Claude Code ended with ${end.code}: ${end.stderr}${end.stdout}`);
    ends.push(end);
  }
  return ends;
}

function argumentsOf(
  scenario: Scenario,
  run: ScenarioRun,
  session: string | undefined,
): readonly string[] {
  const asked =
    typeof run.input === 'string'
      ? ['-p', run.input, '--output-format', 'json']
      : ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
  const from =
    run.from === undefined || session === undefined
      ? []
      : ['--resume', session, ...(run.from === 'fork' ? ['--fork-session'] : [])];
  const tools = ['--allowedTools', run.allowedTools ?? ALLOWED_TOOLS];
  return [...asked, '--model', run.model ?? scenario.model, ...tools, ...from];
}
