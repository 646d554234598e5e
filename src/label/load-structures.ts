import { InputError } from "../error/input-error.ts";
import type { Camera } from "../geometry/camera.ts";
import type { LoadedField, Projector } from "../projector/projector.ts";
import type { LabelMap } from "../volume/label-map.ts";
import type { Landmark } from "../volume/landmark.ts";
import { checkPrecedence, classImage } from "./class-image.ts";
import type { Labels } from "./labels.ts";
import { locateLandmarks } from "./locate-landmarks.ts";
import { occupancyField, SMOOTHING_REACH } from "./occupancy-field.ts";
import { shadowRegion } from "./shadow-region.ts";
import type { RayRule, StructureSet } from "./structure.ts";
import { groupStructures } from "./structure-groups.ts";
import { labelBoxes, structureVoxels } from "./structure-voxels.ts";
import {
  maskOfTrace,
  type Surface,
  structureLabel,
  surfaceOf,
  takeOut,
  thicknessMap,
} from "./structure-trace.ts";
import { grownBox } from "./voxel-box.ts";

/** The structures of one patient, ready to be projected any number of times. */
export interface LoadedStructures {
  readonly set: StructureSet;
  /** Masks, classes and landmarks as `camera` sees them; thickness maps only `withThickness`. */
  project(
    camera: Camera,
    options?: { landmarks?: readonly Landmark[]; withThickness?: boolean },
  ): Promise<Labels>;
  release(): Promise<void>;
}

/** Occupancy at which a ray has met a structure. */
const HALF_FULL = 0.5;
const ANY_HIT: RayRule = { kind: "any-hit" };

/**
 * Builds and loads the occupancy fields of a structure set. Structures without a voxel are kept, with empty masks,
 * so that class values do not depend on the patient.
 */
export async function loadStructures(options: {
  projector: Projector;
  labelMap: LabelMap;
  set: StructureSet;
}): Promise<LoadedStructures> {
  const { projector, labelMap, set } = options;
  checkStructures(set);
  const boxes = labelBoxes(labelMap);
  const present = set.structures.flatMap((structure) => {
    const voxels = structureVoxels(labelMap, structure, boxes);
    return voxels.box ? [{ name: structure.name, voxels, box: grownBox(voxels.box, SMOOTHING_REACH) }] : [];
  });
  const fields: LoadedField[] = [];
  for (const { members, box } of groupStructures(present)) {
    const { grid } = labelMap;
    fields.push(
      await projector.load(occupancyField({ grid, structures: members, box, allocate: projector.allocate })),
    );
  }
  return {
    set,
    project: (camera, { landmarks = [], withThickness = false } = {}) =>
      projectStructures({ set, fields, camera, landmarks, withThickness }),
    release: async () => {
      for (const field of fields) await field.release();
    },
  };
}

/** The labels of one view, when no other view of the patient follows. */
export async function projectLabels(options: {
  projector: Projector;
  labelMap: LabelMap;
  set: StructureSet;
  camera: Camera;
  landmarks?: readonly Landmark[];
  withThickness?: boolean;
}): Promise<Labels> {
  const { camera, landmarks = [], withThickness = false } = options;
  const loaded = await loadStructures(options);
  try {
    return await loaded.project(camera, { landmarks, withThickness });
  } finally {
    await loaded.release();
  }
}

async function projectStructures(options: {
  set: StructureSet;
  fields: readonly LoadedField[];
  camera: Camera;
  landmarks: readonly Landmark[];
  withThickness: boolean;
}): Promise<Labels> {
  const { set, fields, camera, withThickness } = options;
  const { widthPx, heightPx } = camera;
  // Masks by each structure's own rule first, then what other structures take away.
  const traced = new Map<string, TracedStructure>();
  for (const loaded of fields) {
    const region = shadowRegion(camera, loaded.field.grid);
    if (!region) continue;
    const members = set.structures.filter(({ name }) => loaded.field.channels.includes(name));
    const task = { threshold: HALF_FULL, region };
    // Thickness costs more than the question where a ray first meets a structure.
    const needsThickness = withThickness || members.some(({ rule = ANY_HIT }) => rule.kind !== "any-hit");
    const full = needsThickness ? await loaded.trace(camera, task) : undefined;
    const trace = full ?? (await loaded.firstHits(camera, task));
    for (const { name, rule = ANY_HIT } of members) {
      const hits = { trace, channel: loaded.field.channels.indexOf(name), region, camera };
      traced.set(name, {
        mask: maskOfTrace(hits, rule),
        surface: surfaceOf(hits),
        ...(full && withThickness ? { thicknessMm: thicknessMap({ ...hits, trace: full }) } : {}),
      });
    }
  }
  const nothing = (): Uint8Array => new Uint8Array(widthPx * heightPx);
  const structures = set.structures.map(({ name, minus = [] }) => {
    const found = traced.get(name);
    const mask = takeOut(
      found?.mask ?? nothing(),
      minus.flatMap((other) => traced.get(other)?.mask ?? []),
    );
    const label = structureLabel(name, mask, camera);
    if (!withThickness) return label;
    return { ...label, thicknessMm: found?.thicknessMm ?? new Float32Array(widthPx * heightPx) };
  });
  return {
    widthPx,
    heightPx,
    structures,
    classes: classImage({
      camera,
      structures,
      precedence: set.precedence,
      surfaces: new Map([...traced].map(([name, { surface }]) => [name, surface])),
    }),
    landmarks: locateLandmarks(camera, options.landmarks),
  };
}

interface TracedStructure {
  readonly mask: Uint8Array;
  readonly surface: Surface;
  readonly thicknessMm?: Float32Array;
}

function checkStructures(set: StructureSet): void {
  const names = set.structures.map((structure) => structure.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InputError("structure-twice", `two structures are called "${twice}"`, {
      remedy: "give every structure a name of its own",
    });
  for (const { name, minus = [], rule = ANY_HIT } of set.structures) {
    const unknown = minus.find((other) => !names.includes(other));
    if (unknown !== undefined)
      throw new InputError("structure-unknown", `"${name}" leaves out "${unknown}", which is not in the set`);
    if (rule.kind === "minimum-thickness" && !(rule.thicknessMm >= 0))
      throw new InputError(
        "structure-thickness",
        `the minimum thickness of "${name}" must not be negative, got ${rule.thicknessMm} mm`,
      );
  }
  checkPrecedence(set.precedence, names);
}
