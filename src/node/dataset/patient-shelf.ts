import type { Anatomy } from "../../anatomy/anatomy.ts";
import { type PatientFacts, patientFacts } from "../../dataset/patient-facts.ts";
import type { Projector } from "../../projector/projector.ts";
import { openPatient, type Patient } from "../../scene/patient.ts";

/** A patient made ready for a projector, and what placing cameras needs to know of it. */
export interface OpenedPatient {
  readonly patient: Patient;
  readonly facts: PatientFacts;
}

/** Keeps the patient that was opened last: blocks that show a subject without variation share it. */
export interface PatientShelf {
  /** The patient of an anatomy; the one before is released unless it is the same. */
  open(anatomy: Anatomy): Promise<OpenedPatient>;
}

export function patientShelf(projector: Projector): PatientShelf {
  let last: (OpenedPatient & { readonly anatomy: Anatomy }) | undefined;
  return {
    async open(anatomy) {
      if (last?.anatomy === anatomy) return last;
      const before = last;
      last = undefined;
      await before?.patient.release();
      last = { anatomy, patient: openPatient(anatomy, projector), facts: patientFacts(anatomy) };
      return last;
    },
  };
}
