import { InputError } from "../error/input-error.ts";
import type { Picture } from "./picture.ts";

const MAX_MEGAPIXELS = 100;
const MAX_MEGABYTES = 1024;

/**
 * A JPEG of 8 bits, baseline or progressive, grey or in colour, as RGBA; marks of orientation are passed over.
 *
 * @throws InputError `jpeg-unreadable`
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Picture<Uint8Array>> {
  const { decode } = (await import("jpeg-js")).default;
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_MEGAPIXELS,
      maxMemoryUsageInMB: MAX_MEGABYTES,
    });
    if (!(width > 0 && height > 0) || data.length !== 4 * width * height) throw new Error("it has no pixels");
    return { widthPx: width, heightPx: height, channels: 4, pixels: data };
  } catch (cause) {
    throw new InputError(
      "jpeg-unreadable",
      `the JPEG is damaged or of a kind that is not read${saidBy(cause)}`,
      {
        remedy: "save it as PNG, or copy the file again",
        cause,
      },
    );
  }
}

/** What a library said, where that is a sentence. */
export function saidBy(cause: unknown): string {
  const said = cause instanceof Error ? cause.message.replaceAll(/\p{Cc}/gu, " ").slice(0, 120) : "";
  return said === "" || /undefined|NaN|DataView|array length/.test(said) ? "" : `: ${said}`;
}
