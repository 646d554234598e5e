"""Makes test/network/fixtures/training.safetensors: gradients and loss curves of two small U-Nets, by PyTorch in float64.

Oracle for test/network/training-step.test.ts. Not needed at run time.

    python -m venv venv && venv/bin/pip install torch safetensors numpy
    venv/bin/python tools/make-training-fixture.py
"""

import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
STEPS = 12
SIZE = 16
BATCH = 3
LANDMARKS = 2
CLASSES = 4
FEATURES = [8, 12, 16]
SIGMA = 2.0


class Block(torch.nn.Module):
    def __init__(self, inputs, outputs, norm):
        super().__init__()
        self.convolutions = torch.nn.ModuleList(
            torch.nn.Conv2d(a, outputs, 3, padding=1, bias=False) for a in (inputs, outputs)
        )
        make = (lambda: torch.nn.GroupNorm(8 if outputs % 8 == 0 else 6, outputs)) if norm == "group" else (
            lambda: torch.nn.BatchNorm2d(outputs)
        )
        self.norms = torch.nn.ModuleList(make() for _ in range(2))

    def forward(self, x):
        for convolution, norm in zip(self.convolutions, self.norms):
            x = F.relu(norm(convolution(x)))
        return x


class UNet(torch.nn.Module):
    def __init__(self, norm, up):
        super().__init__()
        self.encoder = torch.nn.ModuleList(
            Block(a, b, norm) for a, b in zip([1, *FEATURES], FEATURES)
        )
        self.decoder = torch.nn.ModuleList(
            Block(FEATURES[i] + FEATURES[i + 1], FEATURES[i], norm) for i in range(len(FEATURES) - 1)
        )
        self.ups = torch.nn.ModuleList(
            torch.nn.ConvTranspose2d(FEATURES[i + 1], FEATURES[i + 1], 2, stride=2) for i in range(len(FEATURES) - 1)
        ) if up == "transposed" else None
        self.class_head = torch.nn.Conv2d(FEATURES[0], CLASSES, 1)
        self.hidden = torch.nn.Conv2d(FEATURES[0] + CLASSES, max(FEATURES[0], LANDMARKS), 1)
        self.output = torch.nn.Conv2d(max(FEATURES[0], LANDMARKS), LANDMARKS, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.encoder):
            if level:
                x = F.max_pool2d(x, 2)
            x = block(x)
            skips.append(x)
        for level in reversed(range(len(FEATURES) - 1)):
            if self.ups is None:
                x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            else:
                x = self.ups[level](x)
            x = self.decoder[level](torch.cat([x, skips[level]], 1))
        logits = self.class_head(x)
        return logits, self.output(F.relu(self.hidden(torch.cat([x, logits], 1))))

    def named(self):
        """Parameters by the names of our architecture."""
        found = {}
        for kind, blocks in (("encoder", self.encoder), ("decoder", self.decoder)):
            for level, block in enumerate(blocks):
                for index, (convolution, norm) in enumerate(zip(block.convolutions, block.norms), 1):
                    name = f"{kind}{level}.convolution{index}"
                    found[f"{name}.weight"] = convolution.weight
                    found[f"{name}.normalisation.scale"] = norm.weight
                    found[f"{name}.normalisation.shift"] = norm.bias
        if self.ups is not None:
            for level, up in enumerate(self.ups):
                found[f"decoder{level}.up.weight"] = up.weight
                found[f"decoder{level}.up.bias"] = up.bias
        for name, layer in (("classHead", self.class_head), ("landmarkHead.hidden", self.hidden), ("landmarkHead.output", self.output)):
            found[f"{name}.weight"] = layer.weight
            found[f"{name}.bias"] = layer.bias
        return found

    def statistics(self):
        found = {}
        for kind, blocks in (("encoder", self.encoder), ("decoder", self.decoder)):
            for level, block in enumerate(blocks):
                for index, norm in enumerate(block.norms, 1):
                    if isinstance(norm, torch.nn.BatchNorm2d):
                        name = f"{kind}{level}.convolution{index}.normalisation"
                        found[f"{name}.mean"] = norm.running_mean
                        found[f"{name}.variance"] = norm.running_var
        return found


def soft_dice_loss(p, g):
    total = lambda x: x.sum((2, 3))
    return 1 - ((2 * total(p * g) + 1e-4) / (total(p * p) + total(g * g) + 1e-4)).mean()


def heat_map_targets(points, visible):
    grid = torch.arange(SIZE)
    columns = torch.exp(-((grid - points[..., :1]) ** 2) / (2 * SIGMA**2))
    rows = torch.exp(-((grid - points[..., 1:]) ** 2) / (2 * SIGMA**2))
    return rows[..., :, None] * columns[..., None, :] * visible[..., None, None]


def ncc_loss(h, g):
    n = h.shape[2] * h.shape[3]
    h = h - h.mean((2, 3), keepdim=True)
    g = g - g.mean((2, 3), keepdim=True)
    spread = lambda x: torch.sqrt((x * x).sum((2, 3)) / (n - 1) + 1e-12)
    return 0.5 * (1 - ((h * g).sum((2, 3)) / (n * spread(h) * spread(g) + 1e-8)).mean())


def main():
    generator = np.random.default_rng(20)
    arrays = {}
    image = generator.standard_normal((BATCH, 1, SIZE, SIZE)).astype(np.float32)
    classes = generator.integers(0, CLASSES, (BATCH, SIZE, SIZE)).astype(np.uint8)
    classes[:, :3, :5] = 255
    masks = generator.integers(0, 2, (BATCH, CLASSES, SIZE, SIZE)).astype(np.uint8)
    masks[0, 1, 2:9] = 255
    points = (generator.random((BATCH, LANDMARKS, 2)) * SIZE).astype(np.float32)
    visible = np.array([[1, 1], [0, 1], [1, 1]], np.float32)
    arrays |= {"image": image, "classes": classes, "masks": masks, "points": points, "visible": visible}
    maps = heat_map_targets(torch.tensor(points.astype(float)), torch.tensor(visible.astype(float)))

    for case, norm, up in (("a", "group", "bilinear"), ("b", "batch", "transposed")):
        torch.manual_seed(7)
        net = UNet(norm, up)
        with torch.no_grad():
            for value in net.parameters():
                value += 0.1 * torch.randn_like(value)
                value.copy_(value.float().double())
        names = net.named()
        for name, value in names.items():
            arrays[f"{case}/initial/{name}"] = value.detach().numpy().astype(np.float32).copy()
        if case == "a":
            optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
        else:
            optimiser = torch.optim.SGD(net.parameters(), lr=2e-2, momentum=0.9, nesterov=True, weight_decay=1e-4)
        average = {name: value.detach().clone() for name, value in names.items()}
        losses, norms = [], []
        for step in range(STEPS):
            optimiser.zero_grad()
            logits, heat = net(torch.tensor(image.astype(float)))
            if case == "a":
                known = torch.tensor(classes != 255)[:, None].double()
                truth = torch.stack([torch.tensor(classes == k) for k in range(CLASSES)], 1).double()
                cross = F.cross_entropy(logits, torch.tensor(classes.astype(int)), ignore_index=255)
                loss = 0.5 * soft_dice_loss(logits.softmax(1) * known, truth) + 0.7 * cross + 0.4 * ncc_loss(heat, maps)
            else:
                known = torch.tensor(masks != 255).double()
                truth = torch.tensor(masks == 1).double()
                each = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
                cross = (each * known).sum() / known.sum()
                loss = 0.5 * soft_dice_loss(logits.sigmoid() * known, truth) + 0.7 * cross + 0.4 * ((heat - maps) ** 2).mean()
            loss.backward()
            if step == 0:
                for name, value in names.items():
                    arrays[f"{case}/gradient/{name}"] = value.grad.numpy().astype(np.float32).copy()
            losses.append(loss.item())
            norms.append(torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0 if case == "a" else math.inf).item())
            optimiser.step()
            for name, value in names.items():
                average[name] += 0.25 * (value.detach() - average[name])
        arrays[f"{case}/losses"] = np.array(losses)
        arrays[f"{case}/norms"] = np.array(norms)
        name = "decoder0.convolution1.weight"
        arrays[f"{case}/final/{name}"] = names[name].detach().numpy().astype(np.float32).copy()
        arrays[f"{case}/average/{name}"] = average[name].numpy().astype(np.float32).copy()
        for name, value in net.statistics().items():
            arrays[f"{case}/statistics/{name}"] = value.numpy().astype(np.float32).copy()
        if case == "b":
            net.eval()
            with torch.no_grad():
                logits, _ = net(torch.tensor(image.astype(float)))
            arrays["b/probabilities"] = logits.sigmoid().numpy().astype(np.float32).copy()

    folder = pathlib.Path(__file__).parent.parent / "test/network/fixtures"
    folder.mkdir(parents=True, exist_ok=True)
    save_file(arrays, folder / "training.safetensors", {"torch": torch.__version__})


if __name__ == "__main__":
    main()
