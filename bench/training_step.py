"""The training step of bench/training-step.ts by PyTorch: the same U-Net, losses and optimiser, on random pictures.

usage: training_step.py SETTINGS.json
SETTINGS: batch, sizePx, threads, classes, landmarks, features, repetitions.  Prints a JSON list of the ms of each step.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

settings = json.load(open(sys.argv[1]))
torch.set_num_threads(settings["threads"])
torch.manual_seed(1)
BATCH, SIZE = settings["batch"], settings["sizePx"]
CLASSES, LANDMARKS, FEATURES = settings["classes"], settings["landmarks"], settings["features"]


def block(inputs, outputs):
    layers = []
    for channels in (inputs, outputs):
        layers += [
            torch.nn.Conv2d(channels, outputs, 3, padding=1, bias=False),
            torch.nn.GroupNorm(8, outputs),
            torch.nn.ReLU(),
        ]
    return torch.nn.Sequential(*layers)


class UNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.ModuleList(block(a, b) for a, b in zip([1, *FEATURES], FEATURES))
        self.decoder = torch.nn.ModuleList(block(a + b, a) for a, b in zip(FEATURES, FEATURES[1:]))
        self.class_head = torch.nn.Conv2d(FEATURES[0], CLASSES, 1)
        self.hidden = torch.nn.Conv2d(FEATURES[0] + CLASSES, max(FEATURES[0], LANDMARKS), 1)
        self.output = torch.nn.Conv2d(max(FEATURES[0], LANDMARKS), LANDMARKS, 1)

    def forward(self, x):
        skips = []
        for level, layers in enumerate(self.encoder):
            x = layers(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for level in reversed(range(len(self.decoder))):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = self.decoder[level](torch.cat([x, skips[level]], 1))
        logits = self.class_head(x)
        return logits, self.output(F.relu(self.hidden(torch.cat([x, logits], 1))))


def loss_of(logits, heat, classes, truth, maps):
    p = logits.softmax(1)
    total = lambda x: x.sum((2, 3))
    dice = ((2 * total(p * truth) + 1e-4) / (total(p * p) + total(truth) + 1e-4)).mean()
    h = heat - heat.mean((2, 3), keepdim=True)
    g = maps - maps.mean((2, 3), keepdim=True)
    ncc = (total(h * g) / (torch.sqrt(total(h * h) * total(g * g)) + 1e-8)).mean()
    return 0.5 * (1 - dice) + 0.5 * F.cross_entropy(logits, classes) + 0.25 * (1 - ncc)


net = UNet()
optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3)
image = torch.randn(BATCH, 1, SIZE, SIZE)
classes = torch.randint(0, CLASSES, (BATCH, SIZE, SIZE))
points = SIZE * torch.rand(BATCH, LANDMARKS, 2)
milliseconds = []
for _ in range(settings["repetitions"]):
    start = time.perf_counter()
    optimiser.zero_grad()
    truth = F.one_hot(classes, CLASSES).permute(0, 3, 1, 2).float()
    grid = torch.arange(SIZE)
    curve = lambda axis: torch.exp(-((grid - points[..., axis, None]) ** 2) / 18)
    maps = curve(1)[..., :, None] * curve(0)[..., None, :]
    loss = loss_of(*net(image), classes, truth, maps)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    milliseconds.append(1000 * (time.perf_counter() - start))
print(json.dumps(milliseconds))
