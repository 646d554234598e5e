import { InputError } from "../error/input-error.ts";
import type { DetectorModel, SpreadComponent } from "./detector-model.ts";

/**
 * 1 / (1 + 0.65 mm² f²) within 0.002 up to 4 lp/mm: with a 0.14 mm pixel 0.85, 0.59, 0.24 at 0.5, 1, 2 lp/mm.
 * Published: 0.84 at 0.5 lp/mm (CsI, 0.14 mm; FDA K223546); with a 0.19 mm pixel 0.13 at 2.5 lp/mm, where a measured
 * panel had 0.09 (Med. Phys. 37, 2010, noise-response MTF); about 0.55 to 0.6 and 0.25 to 0.3 at 1 and 2 lp/mm in
 * data sheets of CsI panels.
 */
const thickCsI: readonly SpreadComponent[] = [
  { weight: 0.268, sigmaMm: 0.2792 },
  { weight: 0.486, sigmaMm: 0.1469 },
  { weight: 0.246, sigmaMm: 0.0578 },
];

const common = {
  cover: [{ material: "aluminium", thicknessMm: 0.5 }],
  scintillatorThicknessMm: 0.55,
  packingFraction: 0.78,
  swankFactor: 0.8,
  spread: thickCsI,
  bits: 16,
  offsetDigital: 100,
} as const;

/** Presets; what is assumed rather than published is said in `source` and in docs/physics-detector.md. */
export const detectorModels: readonly DetectorModel[] = [
  {
    ...common,
    id: "a-si-c-arm",
    name: "a-Si panel of a mobile C-arm, CsI, 0.194 mm",
    nativePitchMm: 0.194,
    electronicNoiseKeV: 50,
    saturationKermaMicroGy: 25,
    source:
      "pitch: Sheth et al., Med. Phys. 45, 2018 (PaxScan 3030X); noise (about 1 photon) and saturation assumed",
  },
  {
    ...common,
    id: "cmos-c-arm",
    name: "CMOS panel of a mobile C-arm, CsI, 0.151 mm",
    nativePitchMm: 0.151,
    electronicNoiseKeV: 20,
    saturationKermaMicroGy: 15,
    source: "pitch, and noise 2 to 3 times under a-Si: Sheth et al., Med. Phys. 45, 2018; saturation assumed",
  },
  {
    ...common,
    id: "a-si-angiography",
    name: "a-Si panel of an angiography unit, CsI, 0.154 mm",
    nativePitchMm: 0.154,
    electronicNoiseKeV: 40,
    saturationKermaMicroGy: 25,
    source: "pitch: published geometry of Artis-class units; noise and saturation assumed",
  },
  {
    ...common,
    id: "a-si-radiography",
    name: "a-Si radiography panel 43 × 43 cm, CsI, 0.139 mm",
    nativePitchMm: 0.139,
    electronicNoiseKeV: 18,
    saturationKermaMicroGy: 64,
    source:
      "43 cm CsI panel, 0.139 mm, 16 bit: saturation at about 64 µGy, electronic noise under 1 digital unit (vendor's page, e-join.tech)",
  },
];

export function detectorModelById(id: string): DetectorModel {
  const model = detectorModels.find((candidate) => candidate.id === id);
  if (!model)
    throw new InputError("unknown-detector", `there is no detector "${id}"`, {
      remedy: `choose one of ${detectorModels.map((candidate) => candidate.id).join(", ")}`,
    });
  return model;
}

const modelOfDevice: Readonly<Record<string, string>> = {
  "cios-fusion": "a-si-c-arm",
  "cios-fusion-cropped": "a-si-c-arm",
  "mobile-c-arm-21": "cmos-c-arm",
  "angio-30x40": "a-si-angiography",
  "radiography-43": "a-si-radiography",
  "radiography-table-43": "a-si-radiography",
};

/** The panel of a device of src/geometry/device.ts; the C-arm's a-Si panel for devices that are not known. */
export const detectorModelOfDevice = (deviceId: string): DetectorModel =>
  detectorModelById(modelOfDevice[deviceId] ?? "a-si-c-arm");
