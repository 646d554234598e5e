/** Edge of the bricks in which empty space is skipped on a GPU. */
export const BRICK_VOXELS = 8;

/** WGSL. Finds the bricks of 8 × 8 × 8 voxels near which a field is not zero, so that rays may leave out the others. */
export const bricksWgsl = /* wgsl */ `
const BRICK = ${BRICK_VOXELS};

@group(0) @binding(0) var voxels: texture_3d<u32>;
/** Unpadded, in voxels. */
@group(0) @binding(1) var<uniform> shape: vec3<i32>;
@group(0) @binding(2) var<storage, read_write> occupied: array<u32>;
/** Bit a: occupied, or a neighbour in the layer across axis a is. */
@group(0) @binding(3) var<storage, read_write> nearby: array<u32>;

/** A texture of one channel reads 1 in the fourth. */
override channels: u32 = 4u;

fn brickCount() -> vec3<i32> {
  return (shape + vec3(BRICK - 1)) / BRICK;
}

fn indexOf(brick: vec3<i32>) -> i32 {
  let bricks = brickCount();
  return (brick.z * bricks.y + brick.y) * bricks.x + brick.x;
}

fn isOccupied(brick: vec3<i32>) -> bool {
  let end = min((brick + 1) * BRICK, shape);
  for (var k = brick.z * BRICK; k < end.z; k++) {
    for (var j = brick.y * BRICK; j < end.y; j++) {
      for (var i = brick.x * BRICK; i < end.x; i++) {
        let counts = textureLoad(voxels, vec3(i, j, k) + 1, 0);
        if (counts.x != 0u || (channels == 4u && any(counts.yzw != vec3(0u)))) {
          return true;
        }
      }
    }
  }
  return false;
}

@compute @workgroup_size(4, 4, 4)
fn markOccupied(@builtin(global_invocation_id) id: vec3<u32>) {
  let brick = vec3<i32>(id);
  if (all(brick < brickCount())) {
    occupied[indexOf(brick)] = u32(isOccupied(brick));
  }
}

@compute @workgroup_size(4, 4, 4)
fn markNearby(@builtin(global_invocation_id) id: vec3<u32>) {
  let brick = vec3<i32>(id);
  let bricks = brickCount();
  if (any(brick >= bricks)) {
    return;
  }
  var bits = 0u;
  for (var z = -1; z <= 1; z++) {
    for (var y = -1; y <= 1; y++) {
      for (var x = -1; x <= 1; x++) {
        let step = vec3(x, y, z);
        let other = brick + step;
        if (all(other >= vec3(0)) && all(other < bricks) && occupied[indexOf(other)] != 0u) {
          let inLayer = select(vec3(0u), vec3(1u, 2u, 4u), step == vec3(0));
          bits |= inLayer.x | inLayer.y | inLayer.z;
        }
      }
    }
  }
  nearby[indexOf(brick)] = bits;
}
`;
