import { Command, Option } from "commander";
import {
  filterOption,
  isocentreOption,
  labelMaterialOption,
  numberBetween,
  repeated,
  rotationOption,
  wholeNumberBetween,
} from "./option.ts";
import { lengthUnits } from "../instrument/mesh/read-mesh.ts";
import { instrumentOption } from "./instrument-option.ts";
import { shardOption } from "./shard-option.ts";
import { degradationNames } from "../prediction/degraded-picture.ts";

/** Every command of `synthex`; each loads only what it needs, when it runs. */
export function createProgram(): Command {
  const program = new Command("synthex")
    .description("From a CT to physically right, labelled X-rays")
    .exitOverride()
    .showHelpAfterError("(add --help for the options)");

  const command = (nameAndArguments: string, description: string) =>
    program
      .command(nameAndArguments)
      .description(description)
      .exitOverride()
      .option("--json", "print one JSON object on stdout");

  command("inspect <path>", "the input doctor: geometry, HU, labels and what is wrong with them")
    .option("--labels <file>", "label map to check against the CT")
    .option("--label-names <file>", "names of the labels")
    .action(async (path, options) => (await import("./inspect.ts")).inspectCommand(path, options));

  command("attenuation <material>", "mass attenuation of a material, a formula or mass fractions")
    .requiredOption("--energy <keV>", "photon energy", numberBetween(5, 150, "keV"))
    .option(
      "--density <gPerCm3>",
      "density, for a formula or mass fractions",
      numberBetween(1e-6, 30, "g/cm³"),
    )
    .action(async (material, options) =>
      (await import("./attenuation.ts")).attenuationCommand(material, options),
    );

  command("spectrum", "the spectrum of a tungsten tube")
    .option("--kv <kV>", "tube voltage", numberBetween(40, 150, "kV"))
    .option("--anode-angle <degrees>", "anode angle", numberBetween(5, 30, "degrees"), 12)
    .option("--filter <material:mm>", "filter, repeatable", filterOption)
    .option("--from <file>", "a table instead of a tube: energy in keV and photons, one bin a line")
    .addOption(
      new Option("--energies-are <what>", "what the table's energies are to their bins")
        .choices(["centres", "lower-edges"])
        .default("centres"),
    )
    .option("--table", "print the spectrum bin by bin as CSV")
    .action(async (options) => (await import("./spectrum.ts")).spectrumCommand(options));

  command("simulate [scene]", "one labelled X-ray from a CT, by options or from a scene file (YAML or JSON)")
    .option("--ct <path>", "CT: NIfTI, NRRD, MetaImage, or a folder with a DICOM series")
    .option("--labels <file>", "label map on the grid of the CT")
    .option("--label-names <file>", "names of the labels")
    .option("--landmarks <file>", "points: .mrk.json, .fcsv, .csv or .json")
    .option("--device <id>", "X-ray unit")
    .option("--view <name>", "AP, PA, left-lateral, right-lateral, inlet, outlet, …")
    .option(
      "--lao <degrees>",
      "panel towards the patient's left; negative is RAO",
      numberBetween(-360, 360, "degrees"),
    )
    .option(
      "--cra <degrees>",
      "panel towards the head; negative is caudal",
      numberBetween(-360, 360, "degrees"),
    )
    .option("--roll <degrees>", "panel turned clockwise as seen", numberBetween(-360, 360, "degrees"))
    .option(
      "--rotation <numbers>",
      "instead of a view: nine numbers, LPS directions of columns, rows and beam",
      rotationOption,
    )
    .option("--isocentre <point>", "X,Y,Z in LPS mm, label:NAME, or centre", isocentreOption)
    .option(
      "--source-to-isocentre <mm>",
      "distance from the source to the isocentre",
      numberBetween(1, 10_000, "mm"),
    )
    .option(
      "--size <pixels>",
      "pixels along the longer side, same field of view",
      wholeNumberBetween(16, 4096, "pixels"),
    )
    .addOption(new Option("--simulator <name>", "physics").choices(["naive", "heuristic", "realistic"]))
    .addOption(
      new Option("--materials <rule>", "from HU to matter").choices(["threshold", "tissue", "labels"]),
    )
    .option(
      "--label-material <label:material>",
      "material of a label (rule labels), repeatable",
      labelMaterialOption,
    )
    .option("--kv <kV>", "tube voltage", numberBetween(40, 150, "kV"))
    .option("--mas <mAs>", "tube charge; automatic exposure without it", numberBetween(1e-6, 10_000, "mAs"))
    .option("--filter <material:mm>", "beam filter, repeatable", filterOption)
    .option("--spectrum <file>", "table of the beam behind all filters: energy in keV and photons a line")
    .option("--no-noise", "leave out quantum and electronic noise")
    .option("--seed <n>", "seed of the noise", wholeNumberBetween(0, Number.MAX_SAFE_INTEGER))
    .addOption(
      new Option("--quantity <name>", "what image.npy holds").choices([
        "radiograph",
        "area-density",
        "line-integral",
      ]),
    )
    .addOption(
      new Option("--processing <name>", "how the radiograph is finished").choices(["log", "raw", "paper"]),
    )
    .option(
      "--instrument <what>",
      "a tool in the patient: PRESET or FILE.stl, then :KEY=VALUE,…@PLACE/DIRECTION/ROLL; repeatable (docs/instruments.md)",
      instrumentOption,
    )
    .addOption(
      new Option(
        "--instrument-unit <unit>",
        "of the numbers in the files of --instrument that state none; default mm, or metres where they must be",
      ).choices([...lengthUnits]),
    )
    .option("--thickness", "also write how many mm of every structure each ray crosses (thickness.npy)")
    .option("--structures <names>", "all, hip, chest, or names separated by commas")
    .addOption(
      new Option("--format <name>", "also write the radiograph as DICOM")
        .choices(["png", "dcm"])
        .default("png"),
    )
    .addOption(
      new Option("--projector <name>", "compute back end")
        .choices(["auto", "wasm", "webgpu", "reference"])
        .default("auto"),
    )
    .requiredOption("--out <dir>", "folder for the results")
    .action(async (scene, options) => (await import("./simulate.ts")).simulateCommand(scene, options));

  command("validate", "our physics beside the published numbers")
    .option("--quick", "leave out the checks that take longer than a few seconds")
    .option("--out <file>", "also write the report as HTML")
    .action(async (options) => (await import("./validate.ts")).validateCommand(options));

  command("generate <recipe>", "a data set from a recipe; goes on where an earlier run was broken off")
    .requiredOption("--out <dir>", "folder of the data set")
    .option("--count <n>", "samples in all, instead of the recipe's", wholeNumberBetween(1, 1e9))
    .option("--seed <n>", "seed, instead of the recipe's", wholeNumberBetween(0, Number.MAX_SAFE_INTEGER))
    .option("--workers <n>", "threads; default one a core", wholeNumberBetween(1, 256))
    .option("--shard <i/n>", "makes the i-th of n parts, counted from 1", shardOption)
    .option("--dry-run", "tell counts, time, memory and disk, and draw 16 samples; make no data set")
    .action(async (recipe, options) => (await import("./generate.ts")).generateCommand(recipe, options));

  command("submit <recipe>", "has a cluster make a data set in shards and merge them; run again, it goes on")
    .addOption(new Option("--engine <name>", "cluster").choices(["slurm", "kubernetes"]).default("slurm"))
    .requiredOption("--shards <n>", "parts that run side by side", wholeNumberBetween(1, 100_000))
    .requiredOption("--out <dir>", "folder of the data set, on a disk that every node sees")
    .option("--count <n>", "samples in all, instead of the recipe's", wholeNumberBetween(1, 1e9))
    .option("--seed <n>", "seed, instead of the recipe's", wholeNumberBetween(0, Number.MAX_SAFE_INTEGER))
    .option("--workers <n>", "threads and processors of a shard", wholeNumberBetween(1, 256), 1)
    .option("--attempts <n>", "submissions of a shard that gets lost, at most", wholeNumberBetween(1, 100), 3)
    .option("--sbatch <option>", "passed on to sbatch, e.g. --sbatch=--partition=long; repeatable", repeated)
    .option("--poll <seconds>", "time between looks at the queue", numberBetween(0.2, 3600, "s"), 10)
    .option("--no-follow", "end when all is submitted")
    .option("--image <name>", "kubernetes: container image with synthex in it")
    .option("--claim <name>", "kubernetes: volume claim that holds recipe, CTs and data set")
    .option("--mount <path>", "kubernetes: where pods see the volume", "/data")
    .option("--parallelism <n>", "kubernetes: pods at the same time", wholeNumberBetween(1, 100_000))
    .option("--dry-run", "print scripts or manifests and submit nothing")
    .action(async (recipe, options) => (await import("./submit.ts")).submitCommand(recipe, options));

  command("merge <dir>", "makes one data set of the shards in a folder").action(async (directory, options) =>
    (await import("./merge.ts")).mergeCommand(directory, options),
  );

  command("verify <dir>", "holds a data set to its records")
    .option("--hashes", "read every file and compare its SHA-256")
    .option("--repair", "make again what is missing or damaged (compares hashes)")
    .option("--recipe-folder <dir>", "where the recipe's CTs are, if not where they were")
    .action(async (directory, options) => (await import("./verify.ts")).verifyCommand(directory, options));

  command("rerender <dir>", "renders one sample again and compares it byte for byte")
    .requiredOption("--id <n>", "number of the sample", wholeNumberBetween(0, 1e9))
    .option("--out <dir>", "keep the files")
    .option("--recipe-folder <dir>", "where the recipe's CTs are, if not where they were")
    .action(async (directory, options) =>
      (await import("./rerender.ts")).rerenderCommand(directory, options),
    );

  command("report <dir>", "report card of a data set: one HTML file to look at")
    .option("--real <folder>", "PNGs of real radiographs, to hold the grey values against")
    .option("--images <n>", "pictures that are read at most", wholeNumberBetween(1, 20_000), 2000)
    .option("--out <file>", "default report.html in the data set's folder")
    .action(async (directory, options) => (await import("./report.ts")).reportCommand(directory, options));

  command("instruments", "the instruments that need no file, with their parameters").action(async (options) =>
    (await import("./instruments.ts")).instrumentsCommand(options),
  );

  command("recipes", "the recipes that come with SyntheX").action(async (options) =>
    (await import("./recipes.ts")).recipesCommand(options),
  );

  command("train <plan>", "trains a network on simulated X-rays: a plan (file or name) on a data set")
    .requiredOption("--out <folder>", "where logs, checkpoints, report and model.onnx go")
    .option("--data <folder>", "data set of synthex generate, or other pictures with labels")
    .option(
      "--stream [recipe]",
      "instead of a data set: a recipe (file or name) that is rendered while training; default the plan's",
    )
    .addOption(
      new Option("--provider <name>", "what computes the steps")
        .choices(["auto", "cpu", "cuda", "webgpu"])
        .default("auto"),
    )
    .option("--threads <n>", "threads of the steps", wholeNumberBetween(1, 256))
    .option("--workers <n>", "threads that make examples", wholeNumberBetween(1, 256))
    .option("--steps <n>", "budget, instead of the plan's", wholeNumberBetween(1, 100_000_000))
    .option("--seed <n>", "instead of the plan's", wholeNumberBetween(0, Number.MAX_SAFE_INTEGER))
    .option(
      "--fold <n>",
      "which of the plan's folds is validated on, from 0; default five folds of patients",
      wholeNumberBetween(0, 99),
    )
    .option("--dry-run", "take a few steps, tell time and memory, and draw examples; train nothing")
    .option("--resume", "go on from the last checkpoint in the folder")
    .action(async (plan, options) => (await import("./train.ts")).trainCommand(plan, options));

  const provider = () =>
    new Option("--provider <name>", "what the network runs on")
      .choices(["auto", "cpu", "cuda", "webgpu"])
      .default("auto");

  command(
    "predict <images...>",
    "masks and landmarks of real or simulated X-rays: PNG, JPEG, TIFF, DICOM, folders",
  )
    .requiredOption(
      "--model <name>",
      "a model's file, or one of synthex models; repeat for an ensemble",
      repeated,
    )
    .requiredOption("--out <folder>", "where masks, overlays, JSON and CSV go")
    .option(
      "--landmark-threshold <correlation>",
      "correlation with an ideal heat-map from which a landmark counts; default the model's own",
      numberBetween(-1, 1),
    )
    .addOption(provider())
    .action(async (images, options) => (await import("./predict.ts")).predictCommand(images, options));

  command("evaluate", "a model beside the truth: Dice, landmark errors, activation curve, HTML report")
    .requiredOption(
      "--model <name>",
      "a model's file, or one of synthex models; repeat for an ensemble",
      repeated,
    )
    .requiredOption("--data <path>", "data set, HDF5 study, or folder of pictures with masks")
    .requiredOption("--out <folder>", "where report, tables and scores go")
    .addOption(new Option("--split <name>", "only this split").choices(["train", "validation", "test"]))
    .addOption(new Option("--degrade <how>", "spoil the pictures first").choices([...degradationNames]))
    .option(
      "--minimum-truth <pixels>",
      "structures with fewer pixels of truth do not count in a picture",
      wholeNumberBetween(0, 1e9),
      0,
    )
    .option("--tool", "landmarks as published for tools: both in the picture, detected 15 to 200 mm apart")
    .option("--compare <file>", "scores.json of another run on the same pictures")
    .addOption(provider())
    .action(async (options) => (await import("./evaluate.ts")).evaluateCommand(options));

  command("models", "models and training plans that come with SyntheX; the card of a model")
    .option(
      "--card <model>",
      "write the card of a model instead: what it is, learnt from, and how good it is",
    )
    .option(
      "--evaluation <dir>",
      "of the card: folder that evaluate wrote, or NAME=DIR; repeatable",
      repeated,
    )
    .option("--notes <file>", "of the card: licence, intended use, limits (YAML)")
    .option("--recipe <recipe>", "of the card: what the model was trained on; default its plan's")
    .option("--out <file>", "of the card; default it is printed")
    .action(async (options) => (await import("./models.ts")).modelsCommand(options));

  command("augment [images...]", "what augmentation does to pictures, as a contact sheet")
    .option("--preview", "draw the sheet; training augments by itself")
    .option(
      "--profile <name>",
      "none, paper-regular, paper-strong, code-regular, code-strong or xray",
      "xray",
    )
    .option("--data <dir>", "data set with images/*.png, instead of picture files")
    .requiredOption("--out <file>", "PNG to write")
    .option("--transform <name>", "only this transform, repeatable", repeated)
    .option("--strength <s>", "of the whole profile: factor of its probabilities", numberBetween(0, 1), 1)
    .option("--seed <n>", "seed of the draws", wholeNumberBetween(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--columns <n>", "pictures a row", wholeNumberBetween(1, 24), 6)
    .option("--tile <pixels>", "side of a picture on the sheet", wholeNumberBetween(32, 512, "pixels"), 128)
    .option("--no-labels", "without outlines and landmarks")
    .action(async (images, options) => (await import("./augment.ts")).augmentCommand(images, options));

  command("schema", "JSON Schema of recipes, for an editor").action(async () =>
    (await import("./schema.ts")).schemaCommand(),
  );

  command("devices", "the X-ray units and views that have names").action(async (options) =>
    (await import("./devices.ts")).devicesCommand(options),
  );

  return program;
}
