/**
 * Whether a global heap of an HDF5 file (where texts of any length lie) is damaged. The HDF5 library (2.0, and that of h5py) walks
 * for ever over a heap with a piece of free space of no size, so such files have to be kept from it.
 *
 * @see HDF5 file format specification 3.0, section III.E
 */
export function hasDamagedHeap(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Heaps begin anywhere: what lies before them has any length.
  for (let at = bytes.indexOf(FIRST_BYTE); at >= 0; at = bytes.indexOf(FIRST_BYTE, at + 1)) {
    if (at + HEAP_HEADER_BYTES > bytes.length) return false;
    if (view.getUint32(at, true) !== SIGNATURE || view.getUint32(at + 4, true) !== VERSION) continue;
    const end = at + Number(view.getBigUint64(at + 8, true));
    if (end > bytes.length) return true;
    for (let object = at + HEAP_HEADER_BYTES; object + OBJECT_HEADER_BYTES <= end; ) {
      const size = Number(view.getBigUint64(object + 8, true));
      // Object 0 is free space, whose size counts its own header.
      const isFree = view.getUint16(object, true) === 0;
      const length = isFree ? size : OBJECT_HEADER_BYTES + 8 * Math.ceil(size / 8);
      if (length === 0 || object + length > end) return true;
      object += length;
    }
  }
  return false;
}

/** "G" of "GCOL"; version 1 and three zeros follow. */
const FIRST_BYTE = 0x47;
const SIGNATURE = 0x4c4f4347;
const VERSION = 1;
const HEAP_HEADER_BYTES = 16;
const OBJECT_HEADER_BYTES = 16;
