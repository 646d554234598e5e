/** Three decimals, as Dice is given; a dash for no number. */
export const three = (value: number | null | undefined): string => decimals(value, 3);

/** Two decimals, as errors are given. */
export const two = (value: number | null | undefined): string => decimals(value, 2);

export const spread = ({ mean, sd }: { readonly mean: number; readonly sd: number }, digits = 3): string =>
  Number.isFinite(mean)
    ? `${mean.toFixed(digits)}${Number.isFinite(sd) ? ` ± ${sd.toFixed(digits)}` : ""}`
    : "–";

/** "0.81 to 0.87". */
export const interval = (
  bounds: { readonly low: number; readonly high: number } | null,
  digits: number,
): string =>
  (bounds ? `${bounds.low.toFixed(digits)} to ${bounds.high.toFixed(digits)}` : "–").replaceAll("-", "−");

/** A probability, with two significant digits down to 0.0001. */
export const probability = (p: number | null | undefined): string =>
  p === null || p === undefined ? "–" : p < 0.0001 ? "< 0.0001" : String(Number(p.toPrecision(2)));

const decimals = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : value.toFixed(digits).replace("-", "−");
