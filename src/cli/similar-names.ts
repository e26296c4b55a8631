const MOST = 3;
/** Names are alike when at most this share of their letters differs, and nearly as alike as the likeliest. */
const ALIKE = 0.5;
const NEARLY = 0.2;

/** Those of the known names that somebody may have meant, the likeliest first. */
export function similarNames(name: string, known: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  const rated = [...new Set(known)]
    .map((each) => ({ each, distance: distanceOf(wanted, each.toLowerCase()) }))
    .toSorted((left, right) => left.distance - right.distance);
  const most = Math.min(ALIKE, (rated[0]?.distance ?? 0) + NEARLY);
  return rated
    .filter(({ distance }) => distance <= most)
    .slice(0, MOST)
    .map(({ each }) => each);
}

/** 0 for the same, 1 for nothing in common; part of a name is nearer than any misspelling. */
function distanceOf(left: string, right: string): number {
  if (left !== '' && (left.includes(right) || right.includes(left))) return 0;
  return editsBetween(left, right) / Math.max(left.length, right.length, 1);
}

/** How many letters have to be put in, taken out or changed. */
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [line, letter] of Array.from(left).entries()) {
    const next = [line + 1];
    for (let column = 1; column <= right.length; column++) {
      const isSame = letter === right[column - 1];
      next.push(
        Math.min(next[column - 1]! + 1, row[column]! + 1, row[column - 1]! + (isSame ? 0 : 1)),
      );
    }
    row = next;
  }
  return row.at(-1)!;
}
