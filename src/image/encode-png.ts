import type { PixelArray, Picture } from "./picture.ts";

/** Compresses to the zlib format (RFC 1950). */
export type Deflate = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/**
 * A PNG of 8 or 16 bits: grey, RGB or RGBA. The same picture and the same `deflate` give the same bytes.
 *
 * Every row is filtered with `Up`, which suits radiographs and masks: a choice row by row costs more time than it
 * saves bytes.
 *
 * @param options.deflate default the platform's CompressionStream; Node's own zlib is faster
 * @param options.crc32 the checksum of RFC 1952, where the platform has it
 * @see https://www.w3.org/TR/png-3/
 */
export async function encodePng(
  picture: Picture,
  options: { deflate?: Deflate; crc32?: (bytes: Uint8Array) => number } = {},
): Promise<Uint8Array> {
  const { widthPx, heightPx, channels, pixels } = picture;
  if (widthPx < 1 || heightPx < 1 || pixels.length !== widthPx * heightPx * channels)
    throw new RangeError(
      `a picture of ${widthPx} × ${heightPx} × ${channels} needs as many samples, got ${pixels.length}`,
    );
  const { deflate = deflateStream, crc32: checksum = crc32 } = options;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, widthPx);
  view.setUint32(4, heightPx);
  header[8] = 8 * pixels.BYTES_PER_ELEMENT;
  header[9] = COLOUR_TYPE[channels];
  const chunks = [
    SIGNATURE,
    chunk("IHDR", header, checksum),
    chunk("IDAT", await deflate(filteredRows(pixels, widthPx * channels, heightPx)), checksum),
    chunk("IEND", new Uint8Array(0), checksum),
  ];
  const png = new Uint8Array(chunks.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of chunks) {
    png.set(part, at);
    at += part.length;
  }
  return png;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR_TYPE = { 1: 0, 3: 2, 4: 6 } as const;
const FILTER_UP = 2;

/** Each row as its filter's number and the difference from the row above, samples high byte first. */
function filteredRows(pixels: PixelArray, samples: number, heightPx: number): Uint8Array<ArrayBuffer> {
  const rowBytes = samples * pixels.BYTES_PER_ELEMENT;
  const rows = new Uint8Array((rowBytes + 1) * heightPx);
  const above = -samples;
  for (let v = 0, from = 0, to = 0; v < heightPx; v++) {
    rows[to++] = FILTER_UP;
    const end = from + samples;
    if (v === 0) {
      for (; from < end; from++) {
        if (pixels instanceof Uint16Array) rows[to++] = pixels[from] >> 8;
        rows[to++] = pixels[from];
      }
    } else if (pixels instanceof Uint16Array) {
      for (; from < end; from++) {
        rows[to++] = (pixels[from] >> 8) - (pixels[from + above] >> 8);
        rows[to++] = pixels[from] - pixels[from + above];
      }
    } else {
      for (; from < end; from++) rows[to++] = pixels[from] - pixels[from + above];
    }
  }
  return rows;
}

function chunk(type: string, data: Uint8Array, checksum: (bytes: Uint8Array) => number): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let n = 0; n < 4; n++) bytes[4 + n] = type.charCodeAt(n);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, checksum(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** CRC-32 of PNG, gzip and zip. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

/** The zlib format by what every browser and Node has. */
export async function deflateStream(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}
