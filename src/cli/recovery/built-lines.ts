import { countText } from '../figures.ts';
import type { Built } from './build-from-archive.ts';

const MAX_NAMED = 20;

/** What was built from an archive, for people. */
export const builtLines = (built: Built): readonly string[] => {
  const rows = Object.values(built.lines).reduce((sum, count) => sum + count, 0);
  const named = (what: string, files: readonly string[]): readonly string[] => [
    ...files.slice(0, MAX_NAMED).map((file) => `  ${what}: ${file}`),
    ...(files.length > MAX_NAMED ? [`  and ${countText(files.length - MAX_NAMED)} more`] : []),
  ];
  return [
    `Read ${countText(rows)} lines in ${countText(built.segments)} files of the archive; ${countText(built.superseded)} of them had been told anew later.`,
    ...(built.rejected === 0
      ? []
      : [`${countText(built.rejected)} lines could not be used: ${built.reasons.join('; ')}`]),
    ...(built.damaged.length === 0
      ? []
      : [
          `${countText(built.damaged.length)} files are not what was written; what could be read of them was used.`,
        ]),
    ...named('missing', built.missing),
    ...named('damaged', built.damaged),
    ...named('without an end', built.unfinished),
  ];
};
