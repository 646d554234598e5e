// Numbers that the WebGPU specification fixes (GPUBufferUsage, GPUTextureUsage, GPUMapMode). Browsers hold them in
// globals; a GPU that is handed in from elsewhere has none.

export const bufferUsage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
export const textureUsage = { copyTarget: 2, textureBinding: 4, renderAttachment: 16 } as const;
export const mapMode = { read: 1 } as const;
