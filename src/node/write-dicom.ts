import { createHash } from "node:crypto";
import { join } from "node:path";
import { type DicomAttributes, dicomAttributes, type DicomIdentity } from "../scene/dicom-attributes.ts";
import type { Scene } from "../scene/scene.ts";
import { sceneRecord } from "../scene/scene-record.ts";
import type { Simulation } from "../scene/simulate.ts";
import { writeAtomically } from "./write-atomically.ts";

const FILE_NAME = "radiograph.dcm";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const IMPLEMENTATION_NAME = "SYNTHEX";

/** Writes the radiograph as a DICOM image; returns the name of the file. The same scene gives the same bytes. */
export async function writeDicom(directory: string, scene: Scene, simulation: Simulation): Promise<string> {
  await writeAtomically(join(directory, FILE_NAME), await encodeDicom(scene, simulation));
  return FILE_NAME;
}

export async function encodeDicom(scene: Scene, simulation: Simulation): Promise<Uint8Array> {
  const { default: dcmjs } = await import("dcmjs");
  // It would print to stdout, where JSON is expected.
  dcmjs.log.setLevel("silent");
  const { DicomDict, DicomMetaDictionary } = dcmjs.data;
  const { pixels } = simulation.picture;
  const identity = identityOf(scene, simulation);
  const attributes: DicomAttributes = dicomAttributes(scene, simulation, identity);
  const file = new DicomDict(
    DicomMetaDictionary.denaturalizeDataset({
      FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
      MediaStorageSOPClassUID: attributes["SOPClassUID"],
      MediaStorageSOPInstanceUID: identity.instanceUid,
      TransferSyntaxUID: EXPLICIT_LITTLE_ENDIAN,
      ImplementationClassUID: uidOf("implementation"),
      ImplementationVersionName: IMPLEMENTATION_NAME,
      _vrMap: { FileMetaInformationVersion: "OB" },
    }),
  );
  file.dict = DicomMetaDictionary.denaturalizeDataset({
    ...attributes,
    PixelData: [littleEndian(pixels)],
    _vrMap: { PixelData: "OW" },
  });
  return new Uint8Array(file.write());
}

/**
 * Identifiers from what the image is made of: the study is the patient (the CT), the series the scene, the instance the scene and
 * its pixels. Paths of files play no part.
 */
function identityOf(scene: Scene, simulation: Simulation): DicomIdentity {
  const record = JSON.stringify(sceneRecord(scene, simulation), (key, value: unknown) =>
    key === "path" ? undefined : value,
  );
  const patient = scene.ct.sha256 ?? record;
  return {
    studyUid: uidOf("study", patient),
    seriesUid: uidOf("series", record),
    instanceUid: uidOf("instance", record, new Uint8Array(littleEndian(simulation.picture.pixels))),
    patientId: `SYNTHEX-${hash("patient", patient).toString("hex").slice(0, 12)}`,
  };
}

/** 2.25.N with N a UUID of version 8 made of a hash (PS3.5, B.2; RFC 9562). */
function uidOf(...parts: readonly (string | Uint8Array)[]): string {
  const uuid = hash(...parts).subarray(0, 16);
  uuid[6] = (uuid[6] & 0x0f) | 0x80;
  uuid[8] = (uuid[8] & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${uuid.toString("hex")}`)}`;
}

function hash(...parts: readonly (string | Uint8Array)[]): Buffer {
  const sha256 = createHash("sha256");
  for (const part of parts) sha256.update(`${part.length}\n`).update(part);
  return sha256.digest();
}

function littleEndian(pixels: Uint16Array): ArrayBuffer {
  const bytes = new ArrayBuffer(2 * pixels.length);
  const view = new DataView(bytes);
  for (const [n, value] of pixels.entries()) view.setUint16(2 * n, value, true);
  return bytes;
}
