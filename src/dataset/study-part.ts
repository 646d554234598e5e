import type { LandmarkLabel } from "../label/locate-landmarks.ts";
import type { Deflate } from "../image/encode-png.ts";
import { encodePng } from "../image/encode-png.ts";
import { sampleName } from "./formats/encoded-file.ts";
import { projectionParameters } from "./formats/projection-parameters.ts";
import { byteClasses } from "./formats/published-files.ts";
import { maskFromRunLengths, parseRunText, runLengths, runText } from "./formats/run-lengths.ts";
import { tarMembers } from "./formats/tar-shard.ts";
import { encodeTiff } from "./formats/tiff.ts";
import type { InstrumentLabel, Labels } from "../label/labels.ts";
import { pathNames } from "../label/path-names.ts";
import { CENTRE_LINE_POINTS } from "../scene/instrument-shadows.ts";
import { labelledPicture } from "./labelled-sample.ts";
import type { Sample } from "./render-sample.ts";

import { InputError } from "../error/input-error.ts";
import { decodePng } from "../image/decode-png.ts";
import type { ByteSource } from "./formats/byte-source.ts";
import type { StudyImage, StudyInstrument } from "./formats/controlled-study.ts";
import type { ProjectionParameters } from "./formats/projection-parameters.ts";
import { indexTar, readTarMember } from "./formats/tar-shard.ts";
import { decodeTiff } from "./formats/tiff.ts";

/** What `merge` needs of a sample besides its pictures to put it into the study's HDF5 file. */
export interface StudyPart {
  readonly subject: string;
  readonly landmarks: readonly LandmarkLabel[];
  readonly parameters: Omit<ProjectionParameters, "intrinsic"> & { readonly intrinsic: readonly number[] };
  readonly lpsFromCamera: readonly number[];
  /** Masks as COCO's run lengths. */
  readonly instruments?: readonly (Omit<StudyInstrument, "masks" | "lpsFromTool"> & {
    readonly masks: readonly { readonly name: string; readonly runs: string }[];
    readonly lpsFromTool: readonly number[] | null;
  })[];
}

/** A sample on its way into an HDF5 file that spans all blocks: members of a tar. */
export async function studyPart(sample: Sample, options: { deflate: Deflate }): Promise<Uint8Array> {
  const { subject, radiograph, labels } = labelledPicture(sample);
  const { widthPx, heightPx, values } = radiograph;
  const { parameters, lpsFromCamera } = projectionParameters(sample.simulation.picture.camera);
  const name = sampleName(sample.id);
  const record: StudyPart = {
    subject,
    landmarks: labels.landmarks,
    parameters: { ...parameters, intrinsic: Array.from(parameters.intrinsic) },
    lpsFromCamera: Array.from(lpsFromCamera),
    ...(labels.instruments ? { instruments: studyInstruments(labels, labels.instruments) } : {}),
  };
  return tarMembers([
    { path: `${name}.tiff`, bytes: encodeTiff({ widthPx, heightPx, pixels: values }) },
    {
      path: `${name}.png`,
      bytes: await encodePng(
        { widthPx, heightPx, channels: 1, pixels: byteClasses(labels.classes) },
        options,
      ),
    },
    { path: `${name}.json`, bytes: new TextEncoder().encode(JSON.stringify(record)) },
  ]);
}

function studyInstruments(
  { structures, widthPx, heightPx }: Labels,
  instruments: readonly InstrumentLabel[],
): NonNullable<StudyPart["instruments"]> {
  const names = pathNames(instruments.map(({ name }) => name));
  return instruments.map((tool, n) => {
    const masks = tool.structures.flatMap((name) =>
      structures.filter((structure) => structure.name === name),
    );
    const parts = pathNames(masks.map(({ name }) => name.slice(tool.name.length).trim() || "whole"));
    return {
      name: names[n],
      masks: masks.map(({ mask }, part) => ({
        name: parts[part],
        runs: runText(runLengths(mask, widthPx, heightPx).counts),
      })),
      lpsFromTool: tool.placed ? Array.from(tool.placed.lpsFromTool) : null,
      centreLine: Array.from({ length: CENTRE_LINE_POINTS }, (_, point) => {
        const pixel = tool.placed?.centreLine[point].pixel;
        return pixel ? ([pixel[0], pixel[1]] as const) : ([-1, -1] as const);
      }),
    };
  });
}

/** The samples of a part file in their order, as the study's writer takes them. */
export async function* studyImages(
  source: ByteSource,
): AsyncGenerator<{ id: number; part: StudyPart; image: StudyImage }> {
  let [values, classes]: [Float32Array | undefined, ArrayLike<number> | undefined] = [undefined, undefined];
  for await (const place of indexTar(source)) {
    const bytes = await readTarMember(source, place);
    const name = `${source.name}, ${place.path}`;
    if (place.path.endsWith(".tiff")) values = decodeTiff(bytes, name).pixels as Float32Array;
    else if (place.path.endsWith(".png")) classes = (await decodePng(bytes)).pixels;
    else {
      if (!values || !classes)
        throw new InputError("study-part", `${name}: its pictures do not stand before it`);
      const part = JSON.parse(new TextDecoder().decode(bytes)) as StudyPart;
      yield {
        id: Number.parseInt(place.path, 10),
        part,
        image: {
          values,
          classes,
          lpsFromCamera: part.lpsFromCamera,
          ...(part.landmarks.length > 0 ? { landmarks: part.landmarks } : {}),
          ...(part.instruments
            ? {
                instruments: part.instruments.map(({ masks, lpsFromTool, ...rest }) => ({
                  ...rest,
                  lpsFromTool: lpsFromTool ?? undefined,
                  masks: masks.map((mask) => ({
                    name: mask.name,
                    mask: maskFromRunLengths(
                      parseRunText(mask.runs, part.parameters.widthPx, part.parameters.heightPx),
                    ),
                  })),
                })),
              }
            : {}),
        },
      };
      [values, classes] = [undefined, undefined];
    }
  }
}
