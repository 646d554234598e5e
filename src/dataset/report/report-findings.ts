import type { Finding } from "../../volume/finding.ts";
import { constraintInWords } from "../check-constraints.ts";
import type { Recipe } from "../recipe.ts";
import { counted, percent } from "../../html/markup.ts";
import type { ManifestStatistics } from "./manifest-statistics.ts";
import { DUPLICATE_CORRELATION, type NearDuplicates } from "./near-duplicates.ts";

/** Under it most of the time of a run goes into views that are thrown away. */
const LOW_ACCEPTANCE = 0.1;
const RARE = 0.05;

/** What somebody should know before training on the data set. */
export function reportFindings(facts: {
  recipe: Recipe;
  /** SHA-256 of the CT of every subject, where known. */
  ctHashes: ReadonlyMap<string, string>;
  statistics: ManifestStatistics;
  duplicates: NearDuplicates | undefined;
}): Finding[] {
  const { recipe, ctHashes, statistics, duplicates } = facts;
  const findings: Finding[] = [];
  const say = (severity: Finding["severity"], code: string, message: string): void => {
    findings.push({ severity, code, message });
  };
  if (statistics.samples !== recipe.count)
    say(
      "error",
      "manifest-lines",
      `The manifest has ${counted(statistics.samples, "line")} for ${counted(recipe.count, "sample")}: run synthex merge.`,
    );

  // Leakage: by name, and by the file behind the name.
  for (const [subject, { splits }] of statistics.subjects)
    if (splits.size > 1)
      say(
        "error",
        "split-leak",
        `Subject "${subject}" is in the splits ${[...splits.keys()].join(" and ")}.`,
      );
  for (const [index, { name = "", split }] of recipe.subjects.entries())
    for (const { name: other = "", split: otherSplit } of recipe.subjects.slice(0, index)) {
      const hash = ctHashes.get(name);
      if (hash === undefined || hash !== ctHashes.get(other)) continue;
      if (split === otherSplit)
        say("warning", "ct-twice", `Subjects "${other}" and "${name}" are the same CT file.`);
      else
        say(
          "error",
          "split-leak",
          `Subjects "${other}" (${otherSplit}) and "${name}" (${split}) are the same CT file: its images are in both splits.`,
        );
    }
  const without = recipe.subjects.filter(({ licence }) => licence === undefined);
  if (without.length > 0)
    say(
      "warning",
      "licence-missing",
      `${counted(without.length, "subject has", "subjects have")} no licence in the recipe: ${listed(without.map(({ name = "" }) => name))}.`,
    );
  const unused = recipe.subjects.filter(({ name = "" }) => !statistics.subjects.has(name));
  if (unused.length > 0)
    say(
      "warning",
      "subject-unused",
      `${counted(unused.length, "subject has", "subjects have")} no sample: ${listed(unused.map(({ name = "" }) => name))}.`,
    );
  const splits = new Set(recipe.subjects.map(({ split }) => split));
  if (splits.size === 1)
    say(
      "info",
      "one-split",
      `All subjects are in the split ${[...splits][0]}: nothing here tells how a network does on another patient.`,
    );

  const never = [
    ...statistics.structures.filter(({ absent }) => absent === statistics.samples),
    ...statistics.landmarks.filter(({ visible }) => visible === 0),
  ];
  if (never.length > 0)
    say("warning", "never-visible", `In no picture at all: ${listed(never.map(({ name }) => name))}.`);
  const rare = [
    ...statistics.structures.filter(
      ({ absent }) => absent < statistics.samples && absent > (1 - RARE) * statistics.samples,
    ),
    ...statistics.landmarks.filter(({ visible }) => visible > 0 && visible < RARE * statistics.samples),
  ];
  if (rare.length > 0)
    say(
      "info",
      "rarely-visible",
      `In fewer than ${percent(RARE)} of the pictures: ${listed(rare.map(({ name }) => name))}.`,
    );

  const refused = statistics.rejections.reduce((sum, count) => sum + count, 0);
  const acceptance = statistics.samples / (statistics.samples + refused);
  if (acceptance < LOW_ACCEPTANCE) {
    const worst = statistics.rejections.indexOf(Math.max(...statistics.rejections));
    const constraint = recipe.constraints[worst];
    say(
      "warning",
      "low-acceptance",
      `Only ${percent(acceptance)} of the views were accepted; ${constraint ? constraintInWords(constraint) : "a constraint"} refused most.`,
    );
  }
  if (duplicates && duplicates.samples > 0)
    say(
      duplicates.samples > RARE * duplicates.compared ? "warning" : "info",
      "near-duplicates",
      `${duplicates.samples} of ${counted(duplicates.compared, "compared picture")} look almost like another one (correlation of ${DUPLICATE_CORRELATION} and more): more variation of patients or views would make more of as many samples.`,
    );
  if (statistics.versions.length > 1)
    say("info", "versions", `Several versions of SyntheX made it: ${statistics.versions.join(", ")}.`);
  return findings;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
