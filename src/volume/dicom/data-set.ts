import { InputError } from "../../error/input-error.ts";

/** A DICOM attribute as group and element in one number: (0028,0010) is 0x00280010. */
export type Tag = number;

/** Bytes of one element, found but not yet read. */
interface Element {
  readonly start: number;
  readonly length: number;
  /** Of pixel data in fragments: where they lie, the table of offsets first. */
  readonly fragments?: readonly { readonly start: number; readonly length: number }[];
  /** Its items follow the rules of implicit value representation (sequences of unknown kind do). */
  readonly implicit: boolean;
}

export interface Encoding {
  readonly implicit: boolean;
  readonly bigEndian: boolean;
}

export const PIXEL_DATA: Tag = 0x7fe00010;
const ITEM: Tag = 0xfffee000;
const ITEM_END: Tag = 0xfffee00d;
const SEQUENCE_END: Tag = 0xfffee0dd;
const UNDEFINED_LENGTH = 0xffffffff;
const CHARACTER_SET: Tag = 0x00080005;

/** Value representations whose length takes four bytes (PS3.5, table 7.1-1). */
const LONG = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);

/** Sequences in sequences; real files stay under ten. */
const DEEPEST_NESTING = 64;

/**
 * The elements of a data set, by tag. Only their places are noted; values are read when they are asked for, so a file costs
 * one walk over its lengths, whatever it holds. Reading stops at the pixel data.
 *
 * Throws `dicom-damaged` where lengths do not fit into the file.
 */
export class DataSet {
  private readonly elements = new Map<Tag, Element>();
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly encoding: Encoding;
  private readonly name: string;
  private utf8 = false;
  /** Where the first element lies that was not read. */
  readonly end: number;

  constructor(
    bytes: Uint8Array,
    options: {
      encoding: Encoding;
      /** Of the file, for messages. */
      name: string;
      start?: number;
      end?: number;
      /** Reads only elements of this group, and stops at the first of another. */
      group?: number;
    },
  ) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.encoding = options.encoding;
    this.name = options.name;
    const end = options.end ?? bytes.length;
    let at = options.start ?? 0;
    // Some writers pad a file with zeros or a few stray bytes: less than the head of an element is not looked at.
    while (at + 8 <= end) {
      const tag = this.tagAt(at);
      if (options.group !== undefined && tag >>> 16 !== options.group) break;
      if (tag === 0 && options.group === undefined) break;
      const { next, element } = this.elementAt(at, end, this.encoding.implicit, 0);
      this.elements.set(tag, element);
      at = next;
      if (tag === PIXEL_DATA) break;
    }
    this.end = at;
    this.utf8 = /ISO_IR 192/.test(this.text(CHARACTER_SET));
  }

  has(tag: Tag): boolean {
    return (this.elements.get(tag)?.length ?? 0) > 0 || this.elements.get(tag)?.fragments !== undefined;
  }

  get isEmpty(): boolean {
    return this.elements.size === 0;
  }

  /** A string without padding, control characters taken out; "" if it is missing. */
  text(tag: Tag): string {
    const element = this.elements.get(tag);
    if (!element) return "";
    const bytes = this.bytes.subarray(element.start, element.start + Math.min(element.length, 4096));
    const text = new TextDecoder(this.utf8 ? "utf-8" : "latin1").decode(bytes);
    return text.replaceAll(/\p{Cc}/gu, " ").trim();
  }

  texts(tag: Tag): string[] {
    const text = this.text(tag);
    return text === "" ? [] : text.split("\\").map((part) => part.trim());
  }

  /** Decimal strings (DS, IS); undefined if missing, refused if they are not finite numbers. */
  decimals(tag: Tag): number[] | undefined {
    const texts = this.texts(tag);
    if (texts.length === 0) return undefined;
    const values = texts.map((text) => (text === "" ? Number.NaN : Number(text)));
    if (values.some((value) => !Number.isFinite(value)))
      throw this.damaged(`${tagText(tag)} is "${texts.join("\\").slice(0, 80)}", not numbers`);
    return values;
  }

  /** One number of an integer attribute (US or SS), as 16 bits without sign. */
  uint16(tag: Tag): number | undefined {
    const element = this.elements.get(tag);
    if (!element || element.length === 0) return undefined;
    if (element.length < 2) throw this.damaged(`${tagText(tag)} has ${element.length} bytes, not two`);
    return this.view.getUint16(element.start, !this.encoding.bigEndian);
  }

  /** The items of a sequence; none if it is missing. */
  items(tag: Tag): DataSet[] {
    const element = this.elements.get(tag);
    if (!element) return [];
    const items: DataSet[] = [];
    const end = element.start + element.length;
    let at = element.start;
    while (at + 8 <= end) {
      if (this.tagAt(at) !== ITEM) break;
      const { start, length, next } = this.itemAt(at, end, element.implicit, 1);
      items.push(
        new DataSet(this.bytes, {
          encoding: { ...this.encoding, implicit: element.implicit },
          name: this.name,
          start,
          end: start + length,
        }),
      );
      at = next;
    }
    return items;
  }

  /** Pixel data as they lie in the file: one run of bytes, or fragments with the table of offsets first. */
  pixelData(): { bytes: Uint8Array; fragments: readonly Uint8Array[] | undefined } | undefined {
    const element = this.elements.get(PIXEL_DATA);
    if (!element) return undefined;
    const cut = ({ start, length }: { start: number; length: number }) =>
      this.bytes.subarray(start, start + length);
    return { bytes: cut(element), fragments: element.fragments?.map(cut) };
  }

  damaged(what: string): InputError {
    return new InputError("dicom-damaged", `${this.name}: ${what}`, {
      remedy: "copy or export the file again, or take it out of the folder",
    });
  }

  private tagAt(at: number): Tag {
    const little = !this.encoding.bigEndian;
    return ((this.view.getUint16(at, little) << 16) | this.view.getUint16(at + 2, little)) >>> 0;
  }

  private elementAt(
    at: number,
    end: number,
    implicit: boolean,
    depth: number,
  ): { element: Element; next: number } {
    const little = !this.encoding.bigEndian;
    const tag = this.tagAt(at);
    let start = at + 8;
    let length: number;
    let valueImplicit = implicit;
    if (implicit) length = this.view.getUint32(at + 4, little);
    else {
      const kind = String.fromCharCode(this.bytes[at + 4], this.bytes[at + 5]);
      if (!/^[A-Z]{2}$/.test(kind))
        throw this.damaged(`there is no DICOM element at byte ${at}, where ${tagText(tag)} would begin`);
      if (LONG.has(kind)) {
        if (at + 12 > end) throw this.damaged(`the file ends within ${tagText(tag)}`);
        length = this.view.getUint32(at + 8, little);
        start = at + 12;
        if (kind === "UN" && length === UNDEFINED_LENGTH) valueImplicit = true;
      } else length = this.view.getUint16(at + 6, little);
    }
    if (length === UNDEFINED_LENGTH) {
      if (tag === PIXEL_DATA) return this.fragmentsAt(start, end);
      const { valueEnd, next } = this.sequenceEnd(start, end, valueImplicit, depth + 1);
      return { element: { start, length: valueEnd - start, implicit: valueImplicit }, next };
    }
    if (start + length > end)
      throw this.damaged(
        `${tagText(tag)} at byte ${at} promises ${length} bytes, the file has ${Math.max(0, end - start)} more`,
      );
    return { element: { start, length, implicit: valueImplicit }, next: start + length };
  }

  private fragmentsAt(start: number, end: number): { element: Element; next: number } {
    const fragments: { start: number; length: number }[] = [];
    let at = start;
    for (;;) {
      if (at + 8 > end) throw this.damaged("the file ends within its compressed pixel data");
      const tag = this.tagAt(at);
      const length = this.view.getUint32(at + 4, !this.encoding.bigEndian);
      if (tag === SEQUENCE_END)
        return { element: { start, length: at - start, fragments, implicit: false }, next: at + 8 };
      if (tag !== ITEM) throw this.damaged(`${tagText(tag)} stands between the fragments of the pixel data`);
      if (at + 8 + length > end) throw this.damaged("the file ends within its compressed pixel data");
      fragments.push({ start: at + 8, length });
      at += 8 + length;
    }
  }

  private sequenceEnd(start: number, end: number, implicit: boolean, depth: number) {
    let at = start;
    for (;;) {
      if (at + 8 > end) throw this.damaged("the file ends within a sequence");
      const tag = this.tagAt(at);
      if (tag === SEQUENCE_END) return { valueEnd: at, next: at + 8 };
      if (tag !== ITEM) throw this.damaged(`${tagText(tag)} stands between the items of a sequence`);
      at = this.itemAt(at, end, implicit, depth).next;
    }
  }

  private itemAt(at: number, end: number, implicit: boolean, depth: number) {
    if (depth > DEEPEST_NESTING) throw this.damaged(`sequences are nested deeper than ${DEEPEST_NESTING}`);
    const length = this.view.getUint32(at + 4, !this.encoding.bigEndian);
    const start = at + 8;
    if (length !== UNDEFINED_LENGTH) {
      if (start + length > end) throw this.damaged(`an item at byte ${at} is longer than what holds it`);
      return { start, length, next: start + length };
    }
    let inside = start;
    for (;;) {
      if (inside + 8 > end) throw this.damaged("the file ends within an item of a sequence");
      if (this.tagAt(inside) === ITEM_END) return { start, length: inside - start, next: inside + 8 };
      inside = this.elementAt(inside, end, implicit, depth).next;
    }
  }
}

export function tagText(tag: Tag): string {
  const hex = tag.toString(16).padStart(8, "0").toUpperCase();
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
