import type { LandmarkLabel } from "../label/locate-landmarks.ts";
import type { Deflate } from "../image/encode-png.ts";
import { encodePng } from "../image/encode-png.ts";
import { sampleName } from "./formats/encoded-file.ts";
import { projectionParameters } from "./formats/projection-parameters.ts";
import { byteClasses } from "./formats/published-files.ts";
import { tarMembers } from "./formats/tar-shard.ts";
import { encodeTiff } from "./formats/tiff.ts";
import { labelledPicture } from "./labelled-sample.ts";
import type { Sample } from "./render-sample.ts";

import { InputError } from "../error/input-error.ts";
import { decodePng } from "../image/decode-png.ts";
import type { ByteSource } from "./formats/byte-source.ts";
import type { StudyImage } from "./formats/controlled-study.ts";
import type { ProjectionParameters } from "./formats/projection-parameters.ts";
import { indexTar, readTarMember } from "./formats/tar-shard.ts";
import { decodeTiff } from "./formats/tiff.ts";

/** What `merge` needs of a sample besides its pictures to put it into the study's HDF5 file. */
export interface StudyPart {
  readonly subject: string;
  readonly landmarks: readonly LandmarkLabel[];
  readonly parameters: Omit<ProjectionParameters, "intrinsic"> & { readonly intrinsic: readonly number[] };
  readonly lpsFromCamera: readonly number[];
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
        },
      };
      [values, classes] = [undefined, undefined];
    }
  }
}
