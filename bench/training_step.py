"""The training step of bench/training-step.ts by PyTorch: the same network, losses and optimiser, on random pictures.

usage: training_step.py SETTINGS.json
SETTINGS: batch, sizePx, threads, classes, landmarks, network, repetitions.  Prints JSON: the number of parameters, ms of wall and processor
time of each step, peak memory.
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from transunet import TransUNet
from unet import UNet

settings = json.load(open(sys.argv[1]))
torch.set_num_threads(settings["threads"])
torch.manual_seed(1)
BATCH, SIZE = settings["batch"], settings["sizePx"]
CLASSES, LANDMARKS, NETWORK = settings["classes"], settings["landmarks"], settings["network"]


def loss_of(logits, heat, classes, truth, maps):
    p = logits.softmax(1)
    total = lambda x: x.sum((2, 3))
    dice = ((2 * total(p * truth) + 1e-4) / (total(p * p) + total(truth) + 1e-4)).mean()
    h = heat - heat.mean((2, 3), keepdim=True)
    g = maps - maps.mean((2, 3), keepdim=True)
    ncc = (total(h * g) / (torch.sqrt(total(h * h) * total(g * g)) + 1e-8)).mean()
    return 0.5 * (1 - dice) + 0.5 * F.cross_entropy(logits, classes) + 0.25 * (1 - ncc)


if NETWORK["kind"] == "transunet":
    net = TransUNet(NETWORK, CLASSES, LANDMARKS, SIZE)
else:
    net = UNet(NETWORK["features"], CLASSES, LANDMARKS)
optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3)
image = torch.randn(BATCH, 1, SIZE, SIZE)
classes = torch.randint(0, CLASSES, (BATCH, SIZE, SIZE))
points = SIZE * torch.rand(BATCH, LANDMARKS, 2)
wall, processor = [], []
for _ in range(settings["repetitions"]):
    start, begun = time.perf_counter(), time.process_time()
    optimiser.zero_grad()
    truth = F.one_hot(classes, CLASSES).permute(0, 3, 1, 2).float()
    grid = torch.arange(SIZE)
    curve = lambda axis: torch.exp(-((grid - points[..., axis, None]) ** 2) / 18)
    maps = curve(1)[..., :, None] * curve(0)[..., None, :]
    loss = loss_of(*net(image), classes, truth, maps)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    wall.append(1000 * (time.perf_counter() - start))
    processor.append(1000 * (time.process_time() - begun))
print(
    json.dumps(
        {
            "parameters": sum(p.numel() for p in net.parameters()),
            "wallMs": wall,
            "processorMs": processor,
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
