/**
 * Splits a whole number in proportion to weights, which are whole and not negative, exactly: the parts are whole, none is
 * negative, and they add up. What is left over by rounding down goes to the parts that lost most by it, the first ones on
 * ties. All weights 0: the last part gets everything.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + BigInt(weight), 0n);
  if (sum === 0n) {
    return weights.map((_, index) => (index === weights.length - 1 ? total : 0));
  }
  const exact = weights.map((weight) => BigInt(total) * BigInt(weight));
  const parts = exact.map((product) => Number(product / sum));
  const left = total - parts.reduce((all, part) => all + part, 0);
  const byLoss = exact
    .map((product, index) => ({ index, loss: product % sum }))
    .sort((a, b) => (a.loss === b.loss ? a.index - b.index : a.loss < b.loss ? 1 : -1));
  for (const { index } of byLoss.slice(0, left)) {
    parts[index] = (parts[index] ?? 0) + 1;
  }
  return parts;
}

/**
 * Parts of a total, rounded to a unit so that they add up to the rounded total: half a unit rounds up there, and the parts
 * that are nearest to the next unit get what is missing.
 */
export function roundParts(parts: readonly number[], unit: number): number[] {
  const total = parts.reduce((all, part) => all + part, 0);
  const rounded = parts.map((part) => Math.floor(part / unit));
  const missing =
    Math.floor((total + unit / 2) / unit) - rounded.reduce((all, part) => all + part, 0);
  const byRest = parts
    .map((part, index) => ({ index, rest: part % unit }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of byRest.slice(0, missing)) {
    rounded[index] = (rounded[index] ?? 0) + 1;
  }
  return rounded;
}
