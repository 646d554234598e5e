/**
 * The name of the same structure on the other side: `hip_left` <-> `hip_right`, `rib_left_3`, `FH-l` <-> `FH-r`. Names that
 * name no side come back as they are.
 */
export function otherSide(name: string): string {
  return name.replace(/(?<=^|[_\-. ])(left|right|l|r)(?=$|[_\-. ])/gi, (side) => {
    const opposite = OPPOSITE[side.toLowerCase()];
    if (side === side.toLowerCase()) return opposite;
    return side === side.toUpperCase()
      ? opposite.toUpperCase()
      : opposite[0].toUpperCase() + opposite.slice(1);
  });
}

const OPPOSITE: Readonly<Record<string, string>> = { left: "right", right: "left", l: "r", r: "l" };

export type Side = "left" | "right";

export const oppositeSide = (side: Side): Side => (side === "left" ? "right" : "left");
