/** The part of dcmjs that is used here; it brings no types. */
declare module "dcmjs" {
  const dcmjs: {
    readonly log: { setLevel(level: "silent"): void };
    readonly data: {
      readonly DicomDict: new (meta: object) => { dict: object; write(): ArrayBuffer };
      readonly DicomMetaDictionary: { denaturalizeDataset(dataset: object): object };
    };
  };
  export default dcmjs;
}
