import { InputError } from "../error/input-error.ts";

/** What the maker of an X-ray unit fixes: the panel and the distances. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixelPitchMm: number;
  readonly sourceToDetectorMm: number;
  /** Where the isocentre (the point aimed at) lies unless the scene says otherwise. */
  readonly sourceToIsocentreMm: number;
  /** Where the numbers come from. */
  readonly source: string;
}

/**
 * Presets. The isocentre of a mobile C-arm is where the patient is put: 700 mm from the source, close to the panel,
 * as in the operating room; fixed units turn about a mechanical isocentre.
 */
export const devices: readonly Device[] = [
  {
    id: "cios-fusion",
    name: "Mobile C-arm, 30 × 30 cm panel (Siemens Cios Fusion)",
    widthPx: 1536,
    heightPx: 1536,
    pixelPitchMm: 0.194,
    sourceToDetectorMm: 1020,
    sourceToIsocentreMm: 700,
    source: "Gao et al. 2023; Grupp et al. 2020 (panel, distance)",
  },
  {
    id: "cios-fusion-cropped",
    name: "The same without the 50 pixels at every border that the paper cuts off (collimator)",
    widthPx: 1436,
    heightPx: 1436,
    pixelPitchMm: 0.194,
    sourceToDetectorMm: 1020,
    sourceToIsocentreMm: 700,
    source: "Gao et al. 2023; Grupp et al. 2020",
  },
  {
    id: "mobile-c-arm-21",
    name: "Compact mobile C-arm, 21 × 21 cm panel",
    widthPx: 1024,
    heightPx: 1024,
    pixelPitchMm: 0.205,
    sourceToDetectorMm: 1000,
    sourceToIsocentreMm: 680,
    source: "representative of 20 to 21 cm CMOS mobile units",
  },
  {
    id: "angio-30x40",
    name: "Floor-mounted angiography unit, 30 × 38 cm panel (a-Si, 154 µm)",
    widthPx: 2480,
    heightPx: 1920,
    pixelPitchMm: 0.154,
    sourceToDetectorMm: 1200,
    sourceToIsocentreMm: 785,
    source: "2480 × 1920 at 154 µm, 1200/785 mm: the published geometry of Artis-class C-arm CT",
  },
  {
    id: "radiography-43",
    name: "Radiography stand, 43 × 43 cm panel at 180 cm (chest)",
    widthPx: 3072,
    heightPx: 3072,
    pixelPitchMm: 0.139,
    sourceToDetectorMm: 1800,
    sourceToIsocentreMm: 1600,
    source: "43 × 43 cm CsI panels with 139 µm pixels; 180 cm is the usual chest distance",
  },
  {
    id: "radiography-table-43",
    name: "Radiography table, 43 × 43 cm panel at 115 cm (bucky)",
    widthPx: 3072,
    heightPx: 3072,
    pixelPitchMm: 0.139,
    sourceToDetectorMm: 1150,
    sourceToIsocentreMm: 980,
    source: "43 × 43 cm CsI panels with 139 µm pixels; 115 cm is the usual table distance",
  },
];

export function deviceById(id: string): Device {
  const device = devices.find((candidate) => candidate.id === id);
  if (!device)
    throw new InputError("unknown-device", `there is no device "${id}"`, {
      remedy: `choose one of ${devices.map((candidate) => candidate.id).join(", ")}`,
    });
  return device;
}

/** The same field of view with the longer side `sizePx` pixels: fewer, larger pixels. */
export function resizedDevice(device: Device, sizePx: number): Device {
  if (!Number.isInteger(sizePx) || sizePx < 16 || sizePx > 4096)
    throw new InputError(
      "image-size",
      `the image size must be a whole number from 16 to 4096 pixels, got ${sizePx}`,
    );
  const factor = Math.max(device.widthPx, device.heightPx) / sizePx;
  return {
    ...device,
    widthPx: Math.round(device.widthPx / factor),
    heightPx: Math.round(device.heightPx / factor),
    pixelPitchMm: device.pixelPitchMm * factor,
  };
}
