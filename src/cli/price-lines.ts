import type { PartExplanation, PriceExplanation } from '../pricing/explain.ts';

/** How a request came to its price, line by line. */
export function priceLines(price: PriceExplanation): string[] {
  const sources = [...new Set(price.parts.flatMap(({ sources }) => sources))];
  return [
    ...price.parts.flatMap((part) => partLines(part, price.parts.length > 1)),
    ...sources.map((source, index) => `${(index === 0 ? 'Sources' : '').padEnd(13)}${source}`),
  ];
}

function partLines(part: PartExplanation, isOneOfSeveral: boolean): string[] {
  const { role, model, basis, pricesOf, period, tier, thresholdTokens, promptTokens } = part;
  const whose =
    pricesOf === null
      ? 'no price known'
      : `price of ${pricesOf}${period === null ? '' : `, ${periodText(period)}`}`;
  const size =
    thresholdTokens === null
      ? ''
      : `, prompt of ${promptTokens} tokens (${tier === 'base' ? 'up to' : 'above'} ${thresholdTokens})`;
  const title = isOneOfSeveral ? `${role} (${model})` : model;
  return [
    `Price        ${title}: ${basis}, ${whose}${size}`,
    ...part.lines.map(({ text }) => `             ${text}`),
    ...part.remarks.map((remark) => `             ${remark}`),
  ];
}

function periodText({
  from,
  to,
}: {
  readonly from: string | null;
  readonly to: string | null;
}): string {
  if (from === null && to === null) {
    return 'at all times';
  }
  return [from === null ? '' : `from ${from}`, to === null ? '' : `to before ${to}`]
    .filter(Boolean)
    .join(' ');
}
