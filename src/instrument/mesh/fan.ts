/** A polygon as triangles around its first corner, appended to `triangles`. */
export function fan(corners: ArrayLike<number>, triangles: number[]): void {
  for (let n = 2; n < corners.length; n++) triangles.push(corners[0], corners[n - 1], corners[n]);
}
