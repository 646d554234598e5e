/** What a compressed picture says of itself. */
export interface CodestreamSize {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
}

/**
 * Size of a picture from the head of its codestream: SIZ of JPEG 2000 (ISO 15444-1, A.5.1), the frame header SOF of JPEG
 * (ISO 10918-1, B.2.2) and JPEG-LS. Undefined if there is none.
 */
export function codestreamSize(
  bytes: Uint8Array,
  coding: "jpeg" | "jpeg-ls" | "jpeg-2000" | "ht-jpeg-2000",
): CodestreamSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return coding === "jpeg" || coding === "jpeg-ls" ? jpegSize(view) : jpeg2000Size(view);
}

const SOC_AND_SIZ = 0xff4fff51;

function jpeg2000Size(view: DataView): CodestreamSize | undefined {
  if (view.byteLength < 42 || view.getUint32(0) !== SOC_AND_SIZ) return undefined;
  return {
    columns: view.getUint32(8) - view.getUint32(16),
    rows: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
  };
}

function jpegSize(view: DataView): CodestreamSize | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 10 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    // SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC); SOF55 (F7) of JPEG-LS.
    const isFrame =
      marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));
    if (isFrame)
      return {
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
      };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
