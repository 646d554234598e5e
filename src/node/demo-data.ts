import { fileURLToPath } from "node:url";

const NAMES = { pelvis: "pelvis_abdomen_ts", chest: "chest_lidc0001_reduced" } as const;

const inData = (name: string): string => fileURLToPath(new URL(`../../data/ct/${name}`, import.meta.url));

/** The CTs that come with the package; see data/README.md for their licences. */
export const demoCtPath = (anatomy: keyof typeof NAMES): string => inData(`${NAMES[anatomy]}_ct.nii.gz`);
export const demoLabelsPath = (anatomy: keyof typeof NAMES): string =>
  inData(`${NAMES[anatomy]}_labels.nii.gz`);
