/** Remainders of one byte by the Castagnoli polynomial, bits reversed (RFC 3720, appendix B.4). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

/** CRC-32C: of the nine digits "123456789" it is e3069283. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 255];
  return ~remainder >>> 0;
}

/**
 * The check of TFRecord files: rotated to the right by 15 bits, plus a constant, so that a check over bytes that hold a check stays one.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const check = crc32c(bytes);
  return (((check >>> 15) | (check << 17)) + 0xa282ead8) >>> 0;
}
