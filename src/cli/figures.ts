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
  const [whole = '0', fraction] = Math.abs(usd).toFixed(decimals).split('.');
  const sign = usd < 0 && Number(Math.abs(usd).toFixed(decimals)) !== 0 ? '-' : '';
  return `${sign}$${countText(Number(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
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
