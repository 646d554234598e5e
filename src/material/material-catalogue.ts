/** One line of the catalogue: a name, a density, and either parts by mass ("H 0.102 C 0.143") or a formula ("C5H8O2"). */
export interface NamedMaterial {
  readonly name: string;
  readonly densityGPerCm3: number;
  readonly composition: { readonly partsByMass: string } | { readonly formula: string };
  readonly aliases: readonly string[];
  readonly source: string;
}

const mixture =
  (source: string) =>
  (name: string, densityGPerCm3: number, partsByMass: string, ...aliases: string[]): NamedMaterial => ({
    name,
    densityGPerCm3,
    composition: { partsByMass },
    aliases,
    source,
  });

const compound =
  (source: string) =>
  (name: string, densityGPerCm3: number, formula: string, ...aliases: string[]): NamedMaterial => ({
    name,
    densityGPerCm3,
    composition: { formula },
    aliases,
    source,
  });

const icru44 = mixture("ICRU Report 44 (1989), adult");
const nist = compound("NIST composition list, nominal density");
const handbook = compound("nominal density");
const alloy = mixture("nominal composition of the standard");

/** The catalogue of `materialByName`; elements are in the attenuation tables. */
export const namedMaterials: readonly NamedMaterial[] = [
  nist("water", 1.0, "H2O"),
  mixture("NIST, dry air near sea level")(
    "air",
    0.00120479,
    "C 0.000124 N 0.755268 O 0.231781 Ar 0.012827",
    "dry air",
  ),

  icru44(
    "adipose",
    0.95,
    "H 0.114 C 0.598 N 0.007 O 0.278 Na 0.001 S 0.001 Cl 0.001",
    "adipose tissue",
    "fat",
  ),
  icru44(
    "blood",
    1.06,
    "H 0.102 C 0.110 N 0.033 O 0.745 Na 0.001 P 0.001 S 0.002 Cl 0.003 K 0.002 Fe 0.001",
    "whole blood",
  ),
  icru44(
    "bone",
    1.92,
    "H 0.034 C 0.155 N 0.042 O 0.435 Na 0.001 Mg 0.002 P 0.103 S 0.003 Ca 0.225",
    "cortical bone",
    "bone cortical",
    "compact bone",
  ),
  icru44(
    "spongiosa",
    1.18,
    "H 0.085 C 0.404 N 0.028 O 0.367 Na 0.001 Mg 0.001 P 0.034 S 0.002 Cl 0.002 K 0.001 Ca 0.074 Fe 0.001",
    "bone spongiosa",
    "trabecular bone",
    "cancellous bone",
  ),
  icru44(
    "red marrow",
    1.03,
    "H 0.105 C 0.414 N 0.034 O 0.439 P 0.001 S 0.002 Cl 0.002 K 0.002 Fe 0.001",
    "bone marrow red",
  ),
  icru44("yellow marrow", 0.98, "H 0.115 C 0.644 N 0.007 O 0.231 Na 0.001 S 0.001 Cl 0.001"),
  icru44(
    "brain",
    1.04,
    "H 0.107 C 0.145 N 0.022 O 0.712 Na 0.002 P 0.004 S 0.002 Cl 0.003 K 0.003",
    "brain tissue",
  ),
  icru44(
    "breast",
    1.02,
    "H 0.106 C 0.332 N 0.030 O 0.527 Na 0.001 P 0.001 S 0.002 Cl 0.001",
    "breast tissue",
    "glandular",
  ),
  icru44(
    "cartilage",
    1.1,
    "H 0.096 C 0.099 N 0.022 O 0.744 Na 0.005 P 0.022 S 0.009 Cl 0.003",
    "costal cartilage",
  ),
  icru44("eye lens", 1.07, "H 0.096 C 0.195 N 0.057 O 0.646 Na 0.001 P 0.001 S 0.003 Cl 0.001", "lens"),
  icru44(
    "intestine",
    1.03,
    "H 0.106 C 0.115 N 0.022 O 0.751 Na 0.001 P 0.001 S 0.001 Cl 0.002 K 0.001",
    "bowel",
    "gastrointestinal tract",
    "colon",
    "small bowel",
    "stomach",
  ),
  icru44(
    "heart",
    1.06,
    "H 0.103 C 0.121 N 0.032 O 0.734 Na 0.001 P 0.001 S 0.002 Cl 0.003 K 0.002 Fe 0.001",
    "heart blood filled",
  ),
  icru44(
    "kidney",
    1.05,
    "H 0.103 C 0.132 N 0.030 O 0.724 Na 0.002 P 0.002 S 0.002 Cl 0.002 K 0.002 Ca 0.001",
  ),
  icru44("liver", 1.06, "H 0.102 C 0.139 N 0.030 O 0.716 Na 0.002 P 0.003 S 0.003 Cl 0.002 K 0.003"),
  icru44(
    "lung",
    1.05,
    "H 0.103 C 0.105 N 0.031 O 0.749 Na 0.002 P 0.002 S 0.003 Cl 0.003 K 0.002",
    "lung tissue",
    "lung deflated",
  ),
  icru44(
    "inflated lung",
    0.26,
    "H 0.103 C 0.105 N 0.031 O 0.749 Na 0.002 P 0.002 S 0.003 Cl 0.003 K 0.002",
    "lung inflated",
  ),
  icru44("lymph", 1.03, "H 0.108 C 0.041 N 0.011 O 0.832 Na 0.003 S 0.001 Cl 0.004"),
  icru44(
    "muscle",
    1.05,
    "H 0.102 C 0.143 N 0.034 O 0.710 Na 0.001 P 0.002 S 0.003 Cl 0.001 K 0.004",
    "skeletal muscle",
  ),
  icru44("ovary", 1.05, "H 0.105 C 0.093 N 0.024 O 0.768 Na 0.002 P 0.002 S 0.002 Cl 0.002 K 0.002"),
  icru44("pancreas", 1.04, "H 0.106 C 0.169 N 0.022 O 0.694 Na 0.002 P 0.002 S 0.001 Cl 0.002 K 0.002"),
  mixture("AAPM TG-186 (2012), table III")(
    "prostate",
    1.04,
    "H 0.105 C 0.089 N 0.025 O 0.774 Na 0.002 P 0.001 S 0.002 K 0.002",
  ),
  icru44("skin", 1.09, "H 0.100 C 0.204 N 0.042 O 0.645 Na 0.002 P 0.001 S 0.002 Cl 0.003 K 0.001"),
  icru44("spleen", 1.06, "H 0.103 C 0.113 N 0.032 O 0.741 Na 0.001 P 0.003 S 0.002 Cl 0.002 K 0.003"),
  icru44(
    "soft tissue",
    1.06,
    "H 0.102 C 0.143 N 0.034 O 0.708 Na 0.002 P 0.003 S 0.003 Cl 0.002 K 0.003",
    "tissue",
    "tissue soft",
  ),
  icru44(
    "testis",
    1.04,
    "H 0.106 C 0.099 N 0.020 O 0.766 Na 0.002 P 0.001 S 0.002 Cl 0.002 K 0.002",
    "testes",
  ),
  icru44(
    "thyroid",
    1.05,
    "H 0.104 C 0.119 N 0.024 O 0.745 Na 0.002 P 0.001 S 0.001 Cl 0.002 K 0.001 I 0.001",
  ),
  mixture("AAPM TG-195 (2015), case 2; fractions as printed")(
    "soft tissue tg-195",
    1.03,
    "H 0.105 C 0.256 N 0.027 O 0.602 Na 0.001 P 0.002 S 0.003 Cl 0.002 K 0.002",
    "tg-195 soft tissue",
  ),
  handbook("hydroxyapatite", 3.16, "Ca5(PO4)3OH", "bone mineral"),

  nist("pmma", 1.19, "C5H8O2", "polymethyl methacrylate", "acrylic", "lucite", "perspex", "plexiglas"),
  nist("polyethylene", 0.94, "C2H4", "pe", "uhmwpe", "hdpe"),
  nist("polypropylene", 0.9, "C3H6", "pp"),
  nist("polystyrene", 1.06, "C8H8", "ps"),
  nist("polycarbonate", 1.2, "C16H14O3", "pc", "lexan", "makrolon"),
  nist("ptfe", 2.25, "C2F4", "teflon", "polytetrafluoroethylene"),
  nist("pvc", 1.3, "C2H3Cl", "polyvinyl chloride", "vinyl"),
  nist("nylon", 1.14, "C6H11NO", "nylon 6", "polyamide"),
  nist("kapton", 1.42, "C22H10N2O5", "polyimide"),
  nist("mylar", 1.4, "C10H8O4", "pet", "polyethylene terephthalate"),
  handbook("peek", 1.32, "C19H12O3", "polyetheretherketone"),
  handbook("silicone rubber", 1.1, "C2H6OSi", "silicone", "pdms"),
  mixture("65 % fibre in epoxy by mass, nominal density")(
    "carbon fibre",
    1.55,
    "H 0.0245 C 0.902 N 0.0105 O 0.063",
    "carbon fiber",
    "cfrp",
  ),
  handbook("graphite", 2.2, "C"),
  handbook("gauze", 0.2, "C6H10O5", "cotton", "cellulose"),
  mixture("NIST, borosilicate glass")(
    "glass",
    2.23,
    "B 0.040064 O 0.539562 Na 0.028191 Al 0.011644 Si 0.377220 K 0.003321",
    "pyrex",
    "borosilicate glass",
  ),

  nist("csi", 4.51, "CsI", "caesium iodide", "cesium iodide"),
  nist("gd2o2s", 7.44, "Gd2O2S", "gadolinium oxysulfide", "gadox", "gos"),
  handbook("a-se", 4.28, "Se", "amorphous selenium"),
  nist("cawo4", 6.062, "CaWO4", "calcium tungstate"),
  nist("cdte", 5.85, "CdTe", "cadmium telluride"),
  nist("alumina", 3.97, "Al2O3", "aluminium oxide", "aluminum oxide", "ceramic"),
  nist("barium sulfate", 4.5, "BaSO4", "barium sulphate"),

  alloy("ti-6al-4v", 4.43, "Ti 0.90 Al 0.06 V 0.04", "titanium alloy", "ti64", "tial6v4"),
  alloy(
    "316l",
    8.0,
    "Fe 0.655 Cr 0.17 Ni 0.12 Mo 0.025 Mn 0.02 Si 0.01",
    "stainless steel",
    "steel",
    "316l stainless steel",
  ),
  alloy(
    "cocrmo",
    8.3,
    "Co 0.645 Cr 0.285 Mo 0.06 Mn 0.005 Si 0.005",
    "cocr",
    "cobalt chrome",
    "cobalt chromium",
    "astm f75",
  ),
  alloy("nitinol", 6.45, "Ni 0.558 Ti 0.442", "niti"),
  alloy("brass", 8.5, "Cu 0.63 Zn 0.37"),
  alloy("tungsten-rhenium", 19.4, "W 0.90 Re 0.10", "w-re"),
];

/** English names of the elements in the order of their atomic numbers, 1 to 92. */
export const elementNames: readonly string[] = (
  "hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium silicon " +
  "phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron cobalt nickel " +
  "copper zinc gallium germanium arsenic selenium bromine krypton rubidium strontium yttrium zirconium niobium " +
  "molybdenum technetium ruthenium rhodium palladium silver cadmium indium tin antimony tellurium iodine xenon caesium " +
  "barium lanthanum cerium praseodymium neodymium promethium samarium europium gadolinium terbium dysprosium holmium " +
  "erbium thulium ytterbium lutetium hafnium tantalum tungsten rhenium osmium iridium platinum gold mercury thallium " +
  "lead bismuth polonium astatine radon francium radium actinium thorium protactinium uranium"
).split(" ");
