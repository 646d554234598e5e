import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { cArmCamera } from "../../src/geometry/c-arm.ts";
import { deviceById, resizedDevice } from "../../src/geometry/device.ts";
import { centreLps, grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import type { StructureTrace } from "../../src/projector/projector.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { type WebgpuProjector, webgpuProjector } from "../../src/projector/webgpu/webgpu-projector.ts";
import { paddedIndex, paddedVoxelCount } from "../../src/volume/field.ts";
import { conformanceCases, fourChannelField, scalarField, testNumbers, worstDifference } from "./cases.ts";
import { testGpu } from "./webgpu-software.ts";

// The bound between back ends; measured on SwiftShader: 8e-7 on these cases, 2.4e-6 with 512 × 512 × 1000 voxels on 1024².
const BOUND = 2e-5;

const gpu = await testGpu();
const isSoftware = (await gpu?.requestAdapter())?.info.isFallbackAdapter === true;
const reference = referenceProjector();

/** The bits of images; NaN and −0 would show. */
const bits = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

describe.skipIf(!gpu)("WebGPU in Node", () => {
  let skipping: WebgpuProjector;
  let plain: WebgpuProjector;
  beforeAll(async () => {
    const options = { gpu: gpu as GPU, allowSoftwareAdapter: true };
    skipping = await webgpuProjector(options);
    plain = await webgpuProjector({ ...options, skipEmptySpace: false });
  });
  afterAll(async () => {
    await skipping.close();
    await plain.close();
  });

  describe.each(conformanceCases())("$name", ({ field, camera }) => {
    test("integrates and traces like the reference", async () => {
      const threshold = field.scale[0] * (field.kind === "u8x4" ? 100 : 1500);
      const expected = await (await reference.load(field)).trace(camera, { threshold });
      const loaded = await skipping.load(field);
      const ours = await loaded.trace(camera, { threshold });
      const sums = await loaded.integrate(camera);
      await loaded.release();
      expect(Math.max(...expected.integral)).toBeGreaterThan(0);
      expect(worstDifference(sums.values, expected.integral, expected.channels)).toBeLessThan(BOUND);
      expect(worstDifference(ours.integral, expected.integral, expected.channels)).toBeLessThan(BOUND);
      // One sample is less forgiving than a sum: a position error of 1e-4 voxels across a full step of the field.
      expect(worstDifference(ours.maximum, expected.maximum, expected.channels)).toBeLessThan(2e-4);
      expect(movedHits(ours, expected)).toBeLessThan(1e-3);
    });

    test("skipping empty space changes not one bit", async () => {
      const threshold = field.scale[0];
      const [a, b] = [await skipping.load(field), await plain.load(field)];
      const [ours, expected] = [await a.trace(camera, { threshold }), await b.trace(camera, { threshold })];
      for (const image of ["integral", "maximum", "firstHitMm"] as const)
        expect(bits(ours[image]).equals(bits(expected[image]))).toBe(true);
      await a.release();
      await b.release();
    });

    test("a region has the numbers of the whole image", async () => {
      const region = { column: 5, row: 3, widthPx: Math.min(camera.widthPx - 5, 30), heightPx: 9 };
      const loaded = await skipping.load(field);
      const whole = await loaded.integrate(camera);
      const part = await loaded.integrate(camera, region);
      for (let row = 0; row < region.heightPx; row++) {
        const start = (3 + row) * camera.widthPx + 5;
        expect(part.values.slice(row * region.widthPx, (row + 1) * region.widthPx)).toEqual(
          whole.values.slice(start, start + region.widthPx),
        );
      }
      await loaded.release();
    });
  });

  test("a field in shared memory projects like one in ordinary memory", async () => {
    const [, { field, camera }] = conformanceCases();
    const shared = new Uint16Array(new SharedArrayBuffer(field.voxels.byteLength));
    shared.set(field.voxels);
    const ordinary = await (await skipping.load(field)).integrate(camera);
    const ours = await (await skipping.load({ ...field, voxels: shared } as typeof field)).integrate(camera);
    expect(ours.values).toEqual(ordinary.values);
  });

  test("projections that are asked for at once do not disturb each other", async () => {
    const [first, second] = conformanceCases();
    const [a, b] = await Promise.all([skipping.load(first.field), skipping.load(second.field)]);
    const alone = [await a.integrate(first.camera), await b.integrate(second.camera)];
    const together = await Promise.all([
      a.integrate(first.camera),
      b.integrate(second.camera),
      a.integrate(first.camera),
    ]);
    expect(together).toEqual([...alone, alone[0]]);
  });

  test.skipIf(!isSoftware)("a software adapter counts as no GPU unless it is asked for", async () => {
    await expect(webgpuProjector({ gpu: gpu as GPU })).rejects.toMatchObject({
      name: "InputError",
      code: "gpu-software",
      remedy: expect.stringContaining("wasm"),
    });
  });

  test("positions stay exact across 512 voxels and 1024 columns", async () => {
    const g = grid(
      [512, 512, 12],
      transform("lps", "voxel", [0.7, 0, 0, 0, 0, 0.7, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]),
    );
    const voxels = new Uint16Array(paddedVoxelCount(g));
    // Edges everywhere, so that a wrong position shows in every ray.
    const random = testNumbers(11);
    for (let k = 0; k < 12; k++)
      for (let j = 0; j < 512; j++)
        for (let i = 0; i < 512; i++) voxels[paddedIndex(g, i, j, k)] = random() < 0.5 ? 0 : 60_000;
    const field = { kind: "u16", grid: g, channels: ["mu"], voxels, scale: Float64Array.of(1) } as const;
    const camera = cArmCamera({
      device: resizedDevice(deviceById("cios-fusion"), 1024),
      angles: { laoDeg: 28, craDeg: 1, rollDeg: 3 },
      isocentreLps: centreLps(g),
    });
    const region = { column: 0, row: 508, widthPx: 1024, heightPx: 8 };
    const expected = await (await reference.load(field)).integrate(camera, region);
    const loaded = await skipping.load(field);
    const ours = await loaded.integrate(camera, region);
    await loaded.release();
    expect(worstDifference(ours.values, expected.values, 1)).toBeLessThan(BOUND);
  });

  test("an image that is rendered in several strips has no seams", async () => {
    const { field } = conformanceCases()[0];
    const { camera } = conformanceCases(512)[0];
    const loaded = await skipping.load(field);
    const whole = await loaded.integrate(camera);
    // Strips of the whole image end elsewhere than those of a part of it.
    const region = { column: 0, row: 200, widthPx: 512, heightPx: 200 };
    const part = await loaded.integrate(camera, region);
    for (let channel = 0; channel < 4; channel++) {
      const start = (channel * 512 + 200) * 512;
      const ours = part.values.subarray(channel * 200 * 512, (channel + 1) * 200 * 512);
      expect(bits(ours).equals(bits(whole.values.subarray(start, start + 200 * 512)))).toBe(true);
    }
    await loaded.release();
  });

  test("a volume longer than the largest texture is refused with the limit and the remedy", async () => {
    const limit = (await (gpu as GPU).requestAdapter())?.limits.maxTextureDimension3D ?? 0;
    const field = scalarField("axial", 1);
    const long = { ...field, grid: { ...field.grid, shape: [limit, 1, 1] as const } };
    const voxels = new Uint16Array((limit + 3) * 4 * 4);
    await expect(skipping.load({ ...long, voxels })).rejects.toMatchObject({
      name: "InputError",
      code: "volume-too-large",
      message: expect.stringContaining(`maxTextureDimension3D = ${limit}`),
      remedy: expect.stringContaining(`${limit - 3}`),
    });
  });

  test("a released field and a closed projector answer with errors", async () => {
    const { field, camera } = conformanceCases()[0];
    const projector = await webgpuProjector({ gpu: gpu as GPU, allowSoftwareAdapter: true });
    const released = await projector.load(field);
    await released.release();
    await expect(released.integrate(camera)).rejects.toThrow("this field was released");
    const loaded = await projector.load(field);
    await projector.close();
    await expect(loaded.integrate(camera)).rejects.toThrow("this projector was closed");
    await expect(projector.load(field)).rejects.toThrow("this projector was closed");
    await loaded.release();
    await projector.close();
  });

  test("a device that is lost says so", async () => {
    const devices: GPUDevice[] = [];
    const projector = await webgpuProjector({
      gpu: remembering(gpu as GPU, devices),
      allowSoftwareAdapter: true,
    });
    const { field, camera } = conformanceCases()[0];
    const loaded = await projector.load(field);
    devices[0].destroy();
    await expect(loaded.integrate(camera)).rejects.toMatchObject({ name: "InputError", code: "gpu-lost" });
    await projector.close();
  });

  test("what a device reports as an error is thrown", async () => {
    const devices: GPUDevice[] = [];
    const projector = await webgpuProjector({
      gpu: remembering(gpu as GPU, devices),
      allowSoftwareAdapter: true,
    });
    const loaded = await projector.load(fourChannelField("axial", 1));
    // The field's texture goes away behind the projector's back.
    const createTexture = devices[0].createTexture.bind(devices[0]);
    devices[0].createTexture = (descriptor) => {
      const texture = createTexture(descriptor);
      texture.destroy();
      return texture;
    };
    await expect(projector.load(loaded.field)).rejects.toThrow(/refused a volume of .* voxels/);
    await projector.close();
  });
});

describe("a machine without a GPU", () => {
  test("no adapter is an input error with a remedy", async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU;
    // A browser without WebGPU has no navigator.gpu, a host without a driver answers null.
    for (const gpu of [none, undefined]) {
      const opened = webgpuProjector({ gpu });
      await expect(opened).rejects.toThrow(InputError);
      await expect(opened).rejects.toMatchObject({
        code: "gpu-missing",
        remedy: expect.stringContaining("wasm projector"),
      });
    }
  });

  test("an adapter that gives no device is an input error with a remedy", async () => {
    const info = { vendor: "some", architecture: "", device: "", description: "", isFallbackAdapter: false };
    const requestDevice = async () => {
      throw new Error("out of devices");
    };
    const adapter = { info, limits: {}, requestDevice };
    const refusing = { requestAdapter: async () => adapter } as unknown as GPU;
    await expect(webgpuProjector({ gpu: refusing })).rejects.toMatchObject({
      name: "InputError",
      code: "gpu-refused",
      message: expect.stringContaining("out of devices"),
    });
  });
});

/** The same GPU, with every device that it gives kept for the test. */
function remembering(gpu: GPU, devices: GPUDevice[]): GPU {
  const requestAdapter = async (): Promise<GPUAdapter | null> => {
    const adapter = await gpu.requestAdapter();
    return (
      adapter &&
      ({
        info: adapter.info,
        limits: adapter.limits,
        requestDevice: async (descriptor?: GPUDeviceDescriptor) => {
          const device = await adapter.requestDevice(descriptor);
          devices.push(device);
          return device;
        },
      } as GPUAdapter)
    );
  };
  return { requestAdapter } as GPU;
}

/** The share of first hits that are not the reference's: one may move by a plane within rounding of the threshold. */
function movedHits(ours: StructureTrace, expected: StructureTrace): number {
  const moved = expected.firstHitMm.filter((mm, n) => {
    const our = ours.firstHitMm[n];
    return !(our === mm || Math.abs(our - mm) <= 1e-3);
  });
  return moved.length / expected.firstHitMm.length;
}
