/** Medians, spreads and percentiles. Pure. */

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** By the nearest rank; zeros where there is nothing. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted.length === 0 ? 0 : sorted[Math.ceil(share * sorted.length) - 1];
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The middle one, or the mean of the two. @throws where there are none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("No values, no median");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The least and the greatest. @throws where there are none */
export function spread(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) throw new Error("No values, no spread");
  return [Math.min(...values), Math.max(...values)];
}
