import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import type { Sample } from "../../dataset/render-sample.ts";
import type { ContactSheetTile } from "../../image/contact-sheet.ts";
import { windowed } from "../../image/display-window.ts";
import { overlay } from "../../image/overlay.ts";
import { projectLabels } from "../../label/load-structures.ts";
import type { Structure } from "../../label/structure.ts";
import { selectStructures } from "../../label/structure-set.ts";
import type { Projector } from "../../projector/projector.ts";

/**
 * Masks of every structure that has a rule, without it and with it, two tiles a structure: how a 3-D label becomes a 2-D one
 * matters as much as the network that learns from it. Empty where no structure has a rule.
 */
export async function labelRuleTiles(options: {
  anatomy: Anatomy;
  sample: Sample;
  recipe: Recipe;
  projector: Projector;
  tilePx: number;
}): Promise<ContactSheetTile[]> {
  const { sample, recipe, projector, tilePx } = options;
  const { labelMap } = options.anatomy;
  if (!labelMap) return [];
  const set = selectStructures(labelMap, recipe.structures);
  const ruled = set.structures.filter((structure) => rulesInWords(structure) !== "");
  if (ruled.length === 0) return [];
  const { picture } = sample.simulation;
  const { camera } = picture;
  const plain = set.structures.map(({ name, labels }): Structure => ({ name, labels }));
  const project = (structures: readonly Structure[]) =>
    projectLabels({ projector, labelMap, camera, set: { ...set, structures } });
  const [without, withRules] = [await project(plain), await project(set.structures)];
  const { widthPx, heightPx } = camera;
  const radiograph = windowed({ values: picture.values, widthPx, heightPx, window: picture.window });
  return ruled.flatMap((structure) => {
    const index = set.structures.indexOf(structure);
    return [
      { labels: without, rule: "any hit" },
      { labels: withRules, rule: rulesInWords(structure) },
    ].map(({ labels, rule }) => {
      const { mask, areaPx } = labels.structures[index];
      return {
        picture: overlay(radiograph, {
          structures: [{ name: structure.name, mask }],
          widthPx: tilePx,
          legend: false,
        }),
        title: `${structure.name}: ${rule}`,
        caption: `${areaPx} px`,
      };
    });
  });
}

/** "at least 30 mm, without heart"; empty for a structure that any hit of any of its voxels makes. */
export function rulesInWords({ rule, within, minus = [] }: Structure): string {
  return [
    ...(within ? ["on one side of a plane"] : []),
    ...(rule?.kind === "minimum-thickness" ? [`at least ${rule.thicknessMm} mm`] : []),
    ...(minus.length > 0 ? [`without ${minus.join(", ")}`] : []),
  ].join(", ");
}
