/** One instruction: its name in capitals and the rest of the line. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** What one `FROM` begins. */
export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile; throws where a line is before the first `FROM` or has no meaning here. */
export function readDockerfile(text: string): readonly Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of wholeLines(text)) {
    const [, name = '', rest = ''] = /^([A-Za-z]+)\s+(.*)$/s.exec(line) ?? [];
    if (name === '') throw new Error(`This is no instruction: ${line}`);
    if (name.toUpperCase() === 'FROM') {
      const [, image = '', as] = /^(\S+)(?:\s+[Aa][Ss]\s+(\S+))?$/.exec(rest) ?? [];
      if (image === '' || image.startsWith('--')) throw new Error(`Cannot begin with ${rest}.`);
      stages.push({ image, name: as, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`${name} is before FROM.`);
    stage.instructions.push({ name: name.toUpperCase(), rest });
  }
  return stages;
}

/** Lines without comments, those that end in a backslash joined with the next one. */
const wholeLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Words in JSON, the only form of a command that is started without a shell. */
export function wordsOf(text: string): readonly string[] {
  const words: unknown = JSON.parse(text);
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  throw new Error(`These are no words: ${text}`);
}
