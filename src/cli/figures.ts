/** A whole number with thousands separators: `1,234,567`. */
export function countText(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** An amount of USD to that many decimals: `$1,234.57`; one too small to show is `<$0.01`. */
export function usdText(usd: number, decimals = 2): string {
  const smallest = 10 ** -decimals;
  if (usd > 0 && usd < smallest / 2) {
    return `<$${smallest.toFixed(decimals)}`;
  }
  // Rounded as whole nano-USD: 1.505 is a little less in binary, and must still become 1.51.
  const units = Math.round(Math.round(Math.abs(usd) * 1e9) / 10 ** (9 - decimals));
  const digits = String(units).padStart(decimals + 1, '0');
  const whole = countText(Number(digits.slice(0, digits.length - decimals)));
  const sign = usd < 0 && units !== 0 ? '-' : '';
  return `${sign}$${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`}`;
}

/** Decimals that suit a column of amounts: cents, and more where all of it is small. */
export function usdDecimals(largestUsd: number): number {
  return Math.abs(largestUsd) >= 1 ? 2 : 4;
}

/** Milliseconds in the unit that suits them: `830 ms`, `12.4 s`, `7.5 min`, `3.2 h`. */
export function durationText(ms: number | null): string {
  if (ms === null) {
    return '-';
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  return ms < 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
