/** What sums over everything have beyond those of some parts, by name. */
export function remainder<N extends string>(
  all: Readonly<Record<N, number>> | undefined,
  told: readonly Readonly<Record<N, number>>[],
  names: readonly N[],
): Record<N, number> {
  const rest = names.map((name) => [
    name,
    told.reduce((left, row) => left - row[name], all?.[name] ?? 0),
  ]);
  return Object.fromEntries(rest) as Record<N, number>;
}
