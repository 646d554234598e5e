"""A radiograph by torch.nn.functional.grid_sample, as differentiable renderers make it, for bench/main.ts.

usage: grid_sample_drr.py SETTINGS.json
SETTINGS: ctPath (int16 HU, i fastest), shape, sizePx, rowStep, samples, sourceVoxel (3), voxelRayFromPixel (3 x 3,
row-major: direction in voxels per mm of depth of (u, v, 1)), nearMm, farMm, outPath.
Renders rows 0, rowStep, 2 rowStep ... into outPath (float32: mean HU + 1000 along each ray, over the depths from nearMm
to farMm) and prints the CPU milliseconds of rendering, without reading the CT.
"""

import json
import sys
import time

import numpy
import torch

ROWS_AT_ONCE = 8

settings = json.load(open(sys.argv[1]))
torch.set_num_threads(1)
shape = settings["shape"]
hu = numpy.fromfile(settings["ctPath"], dtype=numpy.int16).reshape(shape[::-1])
volume = torch.from_numpy(hu).to(torch.float32).add_(1000)[None, None]
size = settings["sizePx"]
source = torch.tensor(settings["sourceVoxel"], dtype=torch.float32)
matrix = torch.tensor(settings["voxelRayFromPixel"], dtype=torch.float32).reshape(3, 3)
depths = torch.linspace(settings["nearMm"], settings["farMm"], settings["samples"])
# Voxel indices to the -1 ... 1 of grid_sample with align_corners=True.
scale = 2 / (torch.tensor(shape, dtype=torch.float32) - 1)


def render(rows):
    v, u = torch.meshgrid(rows.to(torch.float32), torch.arange(size, dtype=torch.float32), indexing="ij")
    directions = torch.stack([u, v, torch.ones_like(u)], -1) @ matrix.T
    points = source + depths[:, None, None, None] * directions
    grid = (points * scale - 1)[None]
    return torch.nn.functional.grid_sample(volume, grid, mode="bilinear", padding_mode="zeros", align_corners=True)[0, 0].mean(0)


with torch.no_grad():
    rows = torch.arange(0, size, settings["rowStep"])
    render(rows[:1])
    start = time.process_time()
    picture = torch.cat([render(some) for some in rows.split(ROWS_AT_ONCE)])
    elapsed = time.process_time() - start
picture.numpy().astype(numpy.float32).tofile(settings["outPath"])
print(elapsed * 1e3)
