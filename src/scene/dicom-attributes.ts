import type { Camera } from "../geometry/camera.ts";
import { degFromRad, dot, normalize, scale, subtract, type Vector3 } from "../geometry/vector.ts";
import { lengthOf } from "../instrument/tool/centre-line.ts";
import type { InstrumentLabel } from "../label/labels.ts";
import type { Scene } from "./scene.ts";
import type { Simulation } from "./simulate.ts";

/** DICOM attributes by keyword, as PS3.6 names them; sequences are lists of such records. */
export interface DicomAttributes {
  readonly [keyword: string]: string | number | readonly (string | number | DicomAttributes)[];
}

/** Names of one image: unique identifiers and what stands for the patient. */
export interface DicomIdentity {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly instanceUid: string;
  readonly patientId: string;
}

export const X_RAY_ANGIOGRAPHIC = "1.2.840.10008.5.1.4.1.1.12.1";
export const DIGITAL_X_RAY_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1";

/**
 * What a radiograph says of itself in DICOM, pixels apart. C-arms write an X-Ray Angiographic image (PS3.3, A.14), radiography
 * units a Digital X-Ray image for presentation (A.26). Both show the grey values of radiograph.png: MONOCHROME2, 0 is black.
 */
export function dicomAttributes(
  scene: Scene,
  { picture, placed, exposure, labels }: Simulation,
  identity: DicomIdentity,
): DicomAttributes {
  const { camera } = picture;
  const isCArm = !placed.device.id.startsWith("radiography");
  // −ln(I/I₀) grows where fewer photons arrive; raw values fall.
  const isLog = scene.processing !== "raw";
  const [alongRow, alongColumn] = camera.pixelPitchMm.map(decimal);
  const sourceToPatientMm = placed.pose?.sourceToIsocentreMm;
  return {
    SpecificCharacterSet: "ISO_IR 192",
    SOPClassUID: isCArm ? X_RAY_ANGIOGRAPHIC : DIGITAL_X_RAY_FOR_PRESENTATION,
    SOPInstanceUID: identity.instanceUid,
    ImageType: isCArm ? ["DERIVED", "PRIMARY", "SINGLE PLANE"] : ["DERIVED", "PRIMARY"],
    DerivationDescription: "Simulated from a CT by SyntheX; no X-ray exposure took place",
    ImageComments: "SIMULATED IMAGE",
    ...emptyDates,
    AccessionNumber: "",
    ReferringPhysicianName: "",
    StudyID: "1",
    StudyDescription: "Simulated radiographs",
    StudyInstanceUID: identity.studyUid,
    SeriesInstanceUID: identity.seriesUid,
    SeriesNumber: 1,
    InstanceNumber: 1,
    SeriesDescription: `Simulated, ${scene.simulator}`,
    Modality: isCArm ? "XA" : "DX",
    Manufacturer: "SyntheX",
    ManufacturerModelName: placed.device.name.slice(0, 64),
    PatientName: "SYNTHEX^SIMULATED",
    PatientID: identity.patientId,
    PatientBirthDate: "",
    PatientSex: "",
    PatientIdentityRemoved: "YES",
    DeidentificationMethod: "Simulated image",
    PatientOrientation: patientOrientation(camera),
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: camera.heightPx,
    Columns: camera.widthPx,
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 0,
    WindowCenter: 32768,
    WindowWidth: 65536,
    // Of an angiogram only a logarithmic one has a modality transformation (PS3.3, C.8.7.1).
    ...(isCArm && !isLog ? {} : identityRescale),
    PixelIntensityRelationship: isLog ? "LOG" : "LIN",
    LossyImageCompression: "00",
    BurnedInAnnotation: "NO",
    ImagerPixelSpacing: [alongColumn, alongRow],
    DistanceSourceToDetector: decimal(camera.sourceToDetectorMm),
    ...(sourceToPatientMm === undefined
      ? {}
      : {
          DistanceSourceToPatient: decimal(sourceToPatientMm),
          EstimatedRadiographicMagnificationFactor: decimal(camera.sourceToDetectorMm / sourceToPatientMm),
        }),
    ...positioner(camera),
    ...devices(labels?.instruments),
    // The grey simulators have no tube.
    KVP: scene.simulator === "realistic" ? decimal(scene.beam.kv) : "",
    ...(exposure
      ? { Exposure: Math.round(exposure.mas), ExposureInuAs: Math.round(1000 * exposure.mas) }
      : unknownExposure),
    ...(isCArm
      ? angiographicOnly
      : {
          ...radiographicOnly,
          ...radiographicView(scene),
          PixelIntensityRelationshipSign: isLog ? -1 : 1,
        }),
  };
}

/** Instruments in the picture, base to tip (PS3.3, C.7.6.12). */
function devices(instruments: readonly InstrumentLabel[] = []): DicomAttributes {
  const present = instruments.flatMap(({ name, placed }) => (placed ? [{ name, placed }] : []));
  if (present.length === 0) return {};
  return {
    DeviceSequence: present.map(({ name, placed: { centreLine } }) => ({
      CodeValue: "instrument",
      CodingSchemeDesignator: "99SYNTHEX",
      CodeMeaning: name.slice(0, 64),
      DeviceLength: decimal(lengthOf(centreLine.flatMap(({ lpsMm }) => (lpsMm ? [lpsMm] : [])))),
      DeviceDescription: name,
    })),
  };
}

const unknownExposure = { Exposure: "", ExposureTime: "", XRayTubeCurrent: "" } as const;

const emptyDates = {
  StudyDate: "",
  StudyTime: "",
  ContentDate: "",
  ContentTime: "",
} as const;

const identityRescale = { RescaleIntercept: 0, RescaleSlope: 1, RescaleType: "US" } as const;

const angiographicOnly = { Laterality: "", RadiationSetting: "GR", PositionerMotion: "STATIC" } as const;

const radiographicOnly = {
  PresentationIntentType: "FOR PRESENTATION",
  PresentationLUTShape: "IDENTITY",
  ImageLaterality: "U",
  AnatomicRegionSequence: [],
  DetectorType: "SCINTILLATOR",
  DetectorID: "",
  PositionerType: "",
  AcquisitionContextSequence: [],
} as const;

function radiographicView(scene: Scene): DicomAttributes {
  const views: Readonly<Record<string, string>> = {
    AP: "AP",
    PA: "PA",
    "left-lateral": "LL",
    "right-lateral": "RL",
  };
  const view = views[scene.view ?? scene.pose?.view ?? ""];
  return view === undefined ? {} : { ViewPosition: view };
}

/** Decimal strings hold 16 characters. */
const decimal = (value: number): string => String(Number(value.toPrecision(10)));

/**
 * Where the panel stands about the patient: from the right to the left front (primary, −180 to 180°) and towards the head
 * (secondary, −90 to 90°), PS3.3 C.8.7.5. Read off the camera, so that an explicit matrix has them too; roll is in neither.
 */
function positioner({ pixelFromLps: p }: Camera): DicomAttributes {
  const [x, y, z] = normalize([p[8], p[9], p[10]]);
  return {
    PositionerPrimaryAngle: decimal(tidy(degFromRad(Math.atan2(x, -y)))),
    PositionerSecondaryAngle: decimal(tidy(degFromRad(Math.asin(Math.min(1, Math.max(-1, z)))))),
  };
}

/** Angles to a millionth of a degree: the last bits of a matrix are not told. */
const tidy = (degrees: number): number => Math.round(degrees * 1e6) / 1e6 + 0;

/** Sides of the patient that rows and columns run towards, strongest first: `L` and `F` on an AP view. */
export function patientOrientation({ pixelFromLps: p }: Camera): [string, string] {
  const depth = normalize([p[8], p[9], p[10]]);
  return [0, 1].map((row) => {
    const across: Vector3 = [p[4 * row], p[4 * row + 1], p[4 * row + 2]];
    return letters(normalize(subtract(across, scale(depth, dot(across, depth)))));
  }) as [string, string];
}

/** A direction further than this from an axis (15°) is told by two letters. */
const NEXT_LETTER = Math.sin((15 * Math.PI) / 180);

function letters(direction: Vector3): string {
  const sides = [
    ["L", "R"],
    ["P", "A"],
    ["H", "F"],
  ];
  return [0, 1, 2]
    .filter((axis) => Math.abs(direction[axis]) > NEXT_LETTER)
    .toSorted((a, b) => Math.abs(direction[b]) - Math.abs(direction[a]))
    .map((axis) => sides[axis][direction[axis] > 0 ? 0 : 1])
    .join("");
}
