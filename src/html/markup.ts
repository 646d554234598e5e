/** Text as it may stand in HTML, also within an attribute. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A PNG inside the page. */
export function pngUri(bytes: Uint8Array): string {
  let binary = "";
  for (let n = 0; n < bytes.length; n += 8192) binary += String.fromCharCode(...bytes.subarray(n, n + 8192));
  return `data:image/png;base64,${btoa(binary)}`;
}

/** Three significant digits, without an exponent: "0.0123", "78.1", "1,020". */
export function shown(value: number, unit = ""): string {
  if (!Number.isFinite(value)) return "–";
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  // What differs from zero by rounding alone is zero.
  const number = Math.abs(rounded) < 1e-9 ? 0 : rounded;
  const digits = number.toLocaleString("en-GB", { maximumFractionDigits: 9 }).replace("-", "−");
  return unit === "°" ? `${digits}°` : unit === "" ? digits : `${digits} ${unit}`;
}

export const percent = (share: number): string => {
  if (!Number.isFinite(share)) return "–";
  const value = 100 * share;
  return `${value === 0 || value === 100 ? value : value >= 99.95 ? "> 99.9" : value < 0.05 ? "< 0.1" : value.toFixed(1)} %`;
};

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${shownCount(count)} ${count === 1 ? one : many}`;

export const shownCount = (count: number): string => count.toLocaleString("en-GB");
