import type { Group } from "h5wasm";
import { InputError } from "../../error/input-error.ts";
import type { LandmarkLabel } from "../../label/locate-landmarks.ts";
import type { Hdf5Numbers, Hdf5Source, Hdf5Target } from "./hdf5-file.ts";
import type { ProjectionParameters } from "./projection-parameters.ts";

/**
 * The HDF5 layout of the controlled study (Gao et al. 2023), which the published training code reads:
 *
 * | path | |
 * | `SPECIMEN/projs` | N × H × W float32, the pictures |
 * | `SPECIMEN/segs` | N × H × W uint8, one class a pixel |
 * | `SPECIMEN/lands` | N × 2 × L float32: [n][0][l] column, [n][1][l] row |
 * | `SPECIMEN/gt-poses/NNN` | 4 × 4, camera frame → LPS |
 * | `SPECIMEN/instruments/TOOL/segs` | N × H × W uint8, its whole mask (ours, as all of its group) |
 * | `SPECIMEN/instruments/TOOL/segs-PART` | likewise, of tools of several parts |
 * | `SPECIMEN/instruments/TOOL/poses` | N × 4 × 4, its own frame → LPS; NaN in images without it |
 * | `SPECIMEN/instruments/TOOL/centre-line` | N × 2 × points float32, columns and rows from base to tip; −1 where it is not |
 * | `land-names/num-lands`, `land-names/land-00` … | number and names of landmarks |
 * | `proj-params/…` | `intrinsic` 3 × 3, `extrinsic` 4 × 4, `num-rows`, `num-cols`, `pixel-row-spacing`, `pixel-col-spacing` |
 *
 * Published files keep pictures (`real.h5`) apart from labels (`real_label.h5`); any part may be missing.
 */
export interface StudyImage {
  readonly values?: Float32Array;
  /** At most 255. */
  readonly classes?: ArrayLike<number>;
  readonly landmarks?: readonly LandmarkLabel[];
  /** 4×4 row-major, camera frame → LPS, see `projectionParameters`. */
  readonly lpsFromCamera?: ArrayLike<number>;
  readonly instruments?: readonly StudyInstrument[];
}

export interface StudyInstrument {
  /** Names are parts of paths in the file. */
  readonly name: string;
  /** The whole, then its parts. */
  readonly masks: readonly { readonly name: string; readonly mask: Uint8Array }[];
  /** 4×4, row-major; undefined in an image without it. */
  readonly lpsFromTool: ArrayLike<number> | undefined;
  /** [column, row] from base to tip. */
  readonly centreLine: readonly (readonly [number, number])[];
}

export interface StudyWriter {
  /** Every image of a specimen has the parts that its first one has. Specimens may take turns. */
  readonly append: (specimen: string, image: StudyImage) => void;
  /** Closes the file; its bytes, where it lies in memory. */
  readonly close: () => Uint8Array | undefined;
}

/** A landmark behind the source has no place; this one lies outside every picture. */
const NOWHERE = -1;

/**
 * Writes images as they come: with a target on the disk, memory does not grow with their number.
 *
 * @param options.deflateLevel of every picture; the published files have 9, 4 takes a third of the time
 */
export function controlledStudyWriter(
  target: Hdf5Target,
  options: {
    readonly parameters: ProjectionParameters;
    readonly landmarkNames: readonly string[];
    readonly deflateLevel?: number;
  },
): StudyWriter {
  const { parameters, landmarkNames, deflateLevel = 9 } = options;
  const { widthPx, heightPx } = parameters;
  const specimens = new Map<string, { group: Group; count: number; parts: string }>();
  target.write((root) => {
    writeLandmarkNames(root, landmarkNames);
    writeParameters(root, parameters);
  });

  const open = (root: Group, specimen: string, stacks: readonly Stack[], parts: string) => {
    const group = root.create_group(specimen);
    for (const { group: path, name, data, sides, isPicture } of stacks)
      groupAt(group, path).create_dataset({
        name,
        data: data.subarray(0, 0),
        dtype: data instanceof Uint8Array ? "<B" : data instanceof Float64Array ? "<d" : "<f",
        shape: [0, ...sides],
        maxshape: [null, ...sides],
        chunks: [1, ...sides],
        ...(isPicture ? { compression: deflateLevel } : {}),
      });
    if (parts.includes("gt-poses")) group.create_group("gt-poses");
    const made = { group, count: 0, parts };
    specimens.set(specimen, made);
    return made;
  };

  return {
    append(specimen, image) {
      const stacks = stacksOf(image, { widthPx, heightPx, landmarkNames });
      const parts = [
        ...stacks.map(({ group, name }) => [...group, name].join("/")),
        ...(image.lpsFromCamera ? ["gt-poses"] : []),
      ].join(" ");
      target.write((root) => {
        const entry = specimens.get(specimen) ?? open(root, specimen, stacks, parts);
        if (entry.parts !== parts)
          throw new RangeError(`images of specimen ${specimen} have ${entry.parts}, this one has ${parts}`);
        const n = entry.count++;
        for (const { group, name, sides, data } of stacks) {
          const dataset = groupAt(entry.group, group).get(name) as ReturnType<Group["create_dataset"]>;
          dataset.resize([n + 1, ...sides]);
          dataset.write_slice([[n, n + 1], ...sides.map((side): [number, number] => [0, side])], data);
        }
        if (image.lpsFromCamera)
          (entry.group.get("gt-poses") as Group).create_dataset({
            name: poseName(n),
            data: Float64Array.from(image.lpsFromCamera),
            shape: [4, 4],
          });
      });
    },
    close: () => target.close(),
  };
}

interface Stack {
  /** Groups below the specimen that it is in. */
  readonly group: readonly string[];
  readonly name: string;
  readonly sides: number[];
  readonly data: Float32Array | Float64Array | Uint8Array;
  /** Pictures are deflated. */
  readonly isPicture: boolean;
}

/** A group within a group, made where it is not there. */
function groupAt(group: Group, path: readonly string[]): Group {
  return path.reduce((outer, name) => (outer.get(name) ?? outer.create_group(name)) as Group, group);
}

function stacksOf(
  { values, classes, landmarks, instruments = [] }: StudyImage,
  file: { widthPx: number; heightPx: number; landmarkNames: readonly string[] },
): Stack[] {
  const { widthPx, heightPx, landmarkNames } = file;
  const stacks: Stack[] = [];
  const check = (what: string, length: number): void => {
    if (length !== widthPx * heightPx)
      throw new RangeError(`${what} of ${widthPx} × ${heightPx} pixels cannot have ${length} pixels`);
  };
  if (values) {
    check("pictures", values.length);
    stacks.push({ group: [], name: "projs", sides: [heightPx, widthPx], data: values, isPicture: true });
  }
  if (classes) {
    check("segmentations", classes.length);
    const tooLarge = Array.prototype.find.call(classes, (value: number) => value > 255) as number | undefined;
    if (tooLarge !== undefined) throw new RangeError(`classes of this layout end at 255, got ${tooLarge}`);
    const data = Uint8Array.from(classes);
    stacks.push({ group: [], name: "segs", sides: [heightPx, widthPx], data, isPicture: true });
  }
  if (landmarks) {
    if (landmarks.map(({ name }) => name).join("\n") !== landmarkNames.join("\n"))
      throw new RangeError("the landmarks of an image are not those of the file");
    const place = (axis: 0 | 1) => landmarks.map(({ pixel }) => (pixel ? pixel[axis] : NOWHERE));
    stacks.push({
      group: [],
      name: "lands",
      sides: [2, landmarkNames.length],
      data: Float32Array.from([...place(0), ...place(1)]),
      isPicture: false,
    });
  }
  for (const tool of instruments) {
    const group = ["instruments", tool.name];
    for (const [index, { name, mask }] of tool.masks.entries()) {
      check("masks", mask.length);
      const sides = [heightPx, widthPx];
      stacks.push({
        group,
        name: index === 0 ? "segs" : `segs-${name}`,
        sides,
        data: mask,
        isPicture: true,
      });
    }
    const pose = Float64Array.from({ length: 16 }, (_, n) => tool.lpsFromTool?.[n] ?? Number.NaN);
    stacks.push({ group, name: "poses", sides: [4, 4], data: pose, isPicture: false });
    const line = [0, 1].flatMap((axis) => tool.centreLine.map((place) => place[axis]));
    stacks.push({
      group,
      name: "centre-line",
      sides: [2, tool.centreLine.length],
      data: Float32Array.from(line),
      isPicture: false,
    });
  }
  return stacks;
}

const poseName = (n: number): string => String(n).padStart(3, "0");
const landmarkKey = (n: number): string => `land-${String(n).padStart(2, "0")}`;

function writeLandmarkNames(root: Group, names: readonly string[]): void {
  const group = root.create_group("land-names");
  group.create_dataset({ name: "num-lands", data: BigInt64Array.of(BigInt(names.length)), shape: [] });
  for (const [index, name] of names.entries())
    group.create_dataset({
      name: landmarkKey(index),
      data: name,
      shape: [],
      // Of fixed length, so that the file needs no heap.
      dtype: `S${new TextEncoder().encode(name).length || 1}`,
    });
}

function writeParameters(
  root: Group,
  { intrinsic, widthPx, heightPx, pixelPitchMm }: ProjectionParameters,
): void {
  const group = root.create_group("proj-params");
  const identity = Float64Array.from({ length: 16 }, (_, n) => (n % 5 === 0 ? 1 : 0));
  group.create_dataset({ name: "intrinsic", data: intrinsic, shape: [3, 3] });
  group.create_dataset({ name: "extrinsic", data: identity, shape: [4, 4] });
  const scalar = (name: string, data: BigInt64Array | Float64Array) =>
    group.create_dataset({ name, data, shape: [] });
  scalar("num-rows", BigInt64Array.of(BigInt(heightPx)));
  scalar("num-cols", BigInt64Array.of(BigInt(widthPx)));
  scalar("pixel-row-spacing", Float64Array.of(pixelPitchMm[1]));
  scalar("pixel-col-spacing", Float64Array.of(pixelPitchMm[0]));
}

/** A file of this layout, read an image at a time. */
export interface ControlledStudy {
  readonly specimens: readonly string[];
  /** Images of a specimen. */
  readonly countOf: (specimen: string) => number;
  readonly sizeOf: (specimen: string) => { readonly widthPx: number; readonly heightPx: number };
  readonly values: (specimen: string, n: number) => Float32Array;
  readonly classes: (specimen: string, n: number) => Uint8Array;
  /** [column, row] of every landmark; it is visible where both are at least 0 and at most side − 1. */
  readonly landmarks: (specimen: string, n: number) => (readonly [number, number])[];
  readonly landmarkNames: () => readonly string[];
  readonly pose: (specimen: string, n: number) => Float64Array;
  /** With the file's `extrinsic`, 4×4: from the frame of the poses to the camera. */
  readonly parameters: () => ProjectionParameters & { readonly extrinsic: Float64Array };
}

const NOT_SPECIMENS = new Set(["land-names", "proj-params"]);
const STACKS = ["projs", "segs", "lands"];

/**
 * Opens a file of the controlled study, as published or as `controlledStudyWriter` writes it. A part that the file lacks is
 * missed only when it is asked for.
 *
 * @throws InputError `study-empty` when the file holds no specimen; by its functions `hdf5-missing` for a part that is not there,
 *   `study-shape` for one of another shape
 */
export function readControlledStudy(file: Hdf5Source): ControlledStudy {
  const specimens = file
    .childrenOf("")
    .filter((name) => !NOT_SPECIMENS.has(name) && STACKS.some((stack) => file.has(`${name}/${stack}`)));
  if (specimens.length === 0)
    throw new InputError(
      "study-empty",
      `${file.name} holds no specimen: no group at its top has projs, segs or lands`,
      { remedy: `found there: ${file.childrenOf("").slice(0, 10).join(", ") || "nothing"}` },
    );
  const shape = (path: string, dimensions: number): readonly number[] => {
    const found = file.shapeOf(path);
    if (found.length !== dimensions)
      throw new InputError(
        "study-shape",
        `${file.name}: ${path} has the shape (${found.join(", ")}), ${dimensions} dimensions are expected`,
      );
    return found;
  };
  const picture = (specimen: string, stack: string, n: number): Hdf5Numbers => {
    shape(`${specimen}/${stack}`, 3);
    return file.numbers(`${specimen}/${stack}`, n);
  };
  const exactly = (path: string, count: number): Float64Array => {
    const numbers = file.numbers(path);
    if (numbers.length !== count)
      throw new InputError(
        "study-shape",
        `${file.name}: ${path} has ${numbers.length} numbers, not ${count}`,
      );
    return Float64Array.from(numbers);
  };
  const whole = (path: string, largest: number): number => {
    const [value] = exactly(path, 1);
    if (!Number.isInteger(value) || value < 0 || value > largest)
      throw new InputError(
        "study-shape",
        `${file.name}: ${path} is ${value}, not a whole number up to ${largest}`,
      );
    return value;
  };
  const anyStack = (specimen: string, stacks: readonly string[]): string => {
    const stack = stacks.find((name) => file.has(`${specimen}/${name}`));
    if (stack === undefined)
      throw new InputError("hdf5-missing", `${file.name} holds no dataset ${specimen}/${stacks[0]}`);
    return `${specimen}/${stack}`;
  };
  return {
    specimens,
    countOf: (specimen) => shape(anyStack(specimen, STACKS), 3)[0],
    sizeOf(specimen) {
      const [, heightPx, widthPx] = shape(anyStack(specimen, ["projs", "segs"]), 3);
      return { widthPx, heightPx };
    },
    values(specimen, n) {
      const numbers = picture(specimen, "projs", n);
      return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
    },
    classes(specimen, n) {
      const numbers = picture(specimen, "segs", n);
      return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
    },
    landmarks(specimen, n) {
      const path = `${specimen}/lands`;
      const [, rows, count] = shape(path, 3);
      if (rows !== 2) throw new InputError("study-shape", `${file.name}: ${path} has ${rows} rows, not 2`);
      const numbers = file.numbers(path, n);
      return Array.from({ length: count }, (_, l) => [numbers[l], numbers[count + l]] as const);
    },
    landmarkNames: () =>
      Array.from({ length: whole("land-names/num-lands", 1000) }, (_, n) =>
        file.text(`land-names/${landmarkKey(n)}`),
      ),
    pose: (specimen, n) => exactly(`${specimen}/gt-poses/${poseName(n)}`, 16),
    parameters: () => ({
      heightPx: whole("proj-params/num-rows", 8192),
      widthPx: whole("proj-params/num-cols", 8192),
      pixelPitchMm: [
        exactly("proj-params/pixel-col-spacing", 1)[0],
        exactly("proj-params/pixel-row-spacing", 1)[0],
      ],
      intrinsic: exactly("proj-params/intrinsic", 9),
      extrinsic: exactly("proj-params/extrinsic", 16),
    }),
  };
}
