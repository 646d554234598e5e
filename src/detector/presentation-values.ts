/** Which end of a logarithmic image is white: bone, as on a radiograph, or air, as in fluoroscopy. */
export type Polarity = "bone-bright" | "bone-dark";

const LARGEST = 65535;

/**
 * 16-bit grey values for display from a logarithmic image (see logTransform): linear between `black` and `white`, cut
 * outside; what is not a number counts as `black`. For `bone-dark` the grey values are reversed.
 */
export function presentationValues(
  values: Float32Array,
  window: { readonly black: number; readonly white: number },
  polarity: Polarity = "bone-bright",
): Uint16Array {
  const factor = LARGEST / (window.white - window.black);
  const pixels = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const grey = Math.round((values[i] - window.black) * factor);
    // A comparison with NaN is false: it becomes 0.
    const cut = grey > 0 ? Math.min(grey, LARGEST) : 0;
    pixels[i] = polarity === "bone-bright" ? cut : LARGEST - cut;
  }
  return pixels;
}
