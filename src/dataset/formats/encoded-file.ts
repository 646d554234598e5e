/** A file of a data set: its path inside the data set's folder, with forward slashes, and its bytes. */
export interface EncodedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** `00000042`: samples sort by name as they do by number. */
export const sampleName = (id: number, digits = 8): string => String(id).padStart(digits, "0");

/** Names of structures as parts of paths: other characters become underscores, equal names get a number. */
export function pathNames(names: readonly string[]): string[] {
  const used = new Map<string, number>();
  return names.map((name) => {
    const plain = name.replaceAll(/[^\w.-]+/g, "_").replace(/^\.+/, "") || "structure";
    const count = used.get(plain.toLowerCase()) ?? 0;
    used.set(plain.toLowerCase(), count + 1);
    return count === 0 ? plain : `${plain}-${count + 1}`;
  });
}
