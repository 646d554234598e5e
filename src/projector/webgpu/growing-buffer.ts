/** A buffer that is made anew only when more is asked of it than ever before. */
export interface GrowingBuffer {
  atLeast(byteLength: number): GPUBuffer;
}

export function growingBuffer(device: GPUDevice, usage: number): GrowingBuffer {
  let buffer: GPUBuffer | undefined;
  return {
    atLeast(byteLength) {
      if (buffer && buffer.size >= byteLength) return buffer;
      buffer?.destroy();
      buffer = device.createBuffer({ size: Math.ceil(byteLength / 256) * 256, usage });
      return buffer;
    },
  };
}
