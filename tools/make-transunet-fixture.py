"""Makes test/network/fixtures/transunet.safetensors: what a tiny TransUNet says and how it learns, by PyTorch in float64.

Oracle for test/network/transunet.test.ts. Not needed at run time. The network is written down here from the published description
(weight-standardised ResNet, ViT, decoder with batch normalisation), with public building blocks of PyTorch only.

    python -m venv venv && venv/bin/pip install torch safetensors numpy
    venv/bin/python tools/make-transunet-fixture.py
"""

import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_default_dtype(torch.float64)
SIZE, BATCH, CLASSES, LANDMARKS, STEPS = 64, 2, 3, 2, 6
WIDTH, UNITS, HIDDEN, LAYERS, HEADS, MLP = 8, (1, 2, 1), 24, 2, 3, 40
DECODER = (20, 16, 12, 8, 8)


class Parameters:
    """Named parameters made by a formula that the test repeats: the fraction of a large multiple of a sine."""

    def __init__(self):
        self.values, self.running = {}, {}

    def __call__(self, name, *shape):
        if name not in self.values:
            count = math.prod(shape)
            noise = 43758.5453 * np.sin(12.9898 * np.arange(count) + len(name))
            wave = 2 * (noise - np.floor(noise)) - 1
            values = 1 + 0.1 * wave if name.endswith("scale") else 0.3 * wave
            self.values[name] = torch.tensor(values.astype(np.float32).astype(float).reshape(shape), requires_grad=True)
        return self.values[name]


def groups_of(channels, most):
    return next(g for g in range(min(most, channels), 0, -1) if channels % g == 0)


class TransUNet:
    def __init__(self):
        self.p = Parameters()
        self.training = True

    def standardised(self, x, name, outputs, size, stride):
        w = self.p(f"{name}.weight", outputs, x.shape[1], size, size)
        mean = w.mean((1, 2, 3), keepdim=True)
        var = w.var((1, 2, 3), keepdim=True, unbiased=False)
        return F.conv2d(x, (w - mean) / torch.sqrt(var + 1e-5), stride=stride, padding=size // 2)

    def group_norm(self, x, name, groups, eps=1e-6):
        c = x.shape[1]
        return F.group_norm(x, groups_of(c, groups), self.p(f"{name}.scale", c), self.p(f"{name}.shift", c), eps)

    def unit(self, x, name, outputs, stride):
        around = x
        if stride != 1 or x.shape[1] != outputs:
            around = self.standardised(x, f"{name}.conv_proj", outputs, 1, stride)
            around = self.group_norm(around, f"{name}.gn_proj", outputs, 1e-5)
        y = F.relu(self.group_norm(self.standardised(x, f"{name}.conv1", outputs // 4, 1, 1), f"{name}.gn1", 32))
        y = F.relu(self.group_norm(self.standardised(y, f"{name}.conv2", outputs // 4, 3, stride), f"{name}.gn2", 32))
        y = self.group_norm(self.standardised(y, f"{name}.conv3", outputs, 1, 1), f"{name}.gn3", 32)
        return F.relu(around + y)

    def resnet(self, x):
        x = F.relu(self.group_norm(self.standardised(x, "resnet.root.conv", WIDTH, 7, 2), "resnet.root.gn", 32))
        skips = [x]
        x = F.max_pool2d(x, 3, 2)
        for stage, count in enumerate(UNITS):
            outputs = WIDTH * 4 * 2**stage
            for index in range(1, count + 1):
                x = self.unit(x, f"resnet.block{stage + 1}.unit{index}", outputs, 2 if stage and index == 1 else 1)
            if stage < 2:
                side = SIZE // (4 * 2**stage)
                full = torch.zeros(x.shape[0], x.shape[1], side, side)
                full[:, :, : x.shape[2], : x.shape[3]] = x
                skips.insert(0, full)
        return x, skips

    def linear(self, x, name, outputs):
        return x @ self.p(f"{name}.kernel", x.shape[-1], outputs) + self.p(f"{name}.bias", outputs)

    def layer_norm(self, x, name):
        c = x.shape[-1]
        return F.layer_norm(x, (c,), self.p(f"{name}.scale", c), self.p(f"{name}.bias", c), 1e-6)

    def attention(self, x, name):
        q, k, v = (
            self.linear(x, f"{name}.{part}", HIDDEN).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        seen = F.scaled_dot_product_attention(q, k, v)
        return self.linear(seen.transpose(1, 2).flatten(2), f"{name}.out", HIDDEN)

    def batch_norm(self, x, name):
        c = x.shape[1]
        mean = self.p.running.setdefault(f"{name}.mean", torch.zeros(c))
        var = self.p.running.setdefault(f"{name}.variance", torch.ones(c))
        return F.batch_norm(x, mean, var, self.p(f"{name}.scale", c), self.p(f"{name}.shift", c), self.training, 0.1, 1e-5)

    def decoder_layer(self, x, name, outputs):
        x = F.conv2d(x, self.p(f"{name}.weight", outputs, x.shape[1], 3, 3), padding=1)
        return F.relu(self.batch_norm(x, f"{name}.normalisation"))

    def __call__(self, image):
        x, skips = self.resnet(image.repeat(1, 3, 1, 1))
        t = "transformer"
        x = F.conv2d(x, self.p(f"{t}.embedding.weight", HIDDEN, x.shape[1], 1, 1), self.p(f"{t}.embedding.bias", HIDDEN))
        side = x.shape[2]
        x = x.flatten(2).transpose(1, 2) + self.p(f"{t}.positions", 1, side * side, HIDDEN)
        for layer in range(LAYERS):
            name = f"{t}.block{layer}"
            x = x + self.attention(self.layer_norm(x, f"{name}.norm1"), f"{name}.attention")
            y = F.gelu(self.linear(self.layer_norm(x, f"{name}.norm2"), f"{name}.mlp1", MLP))
            x = x + self.linear(y, f"{name}.mlp2", HIDDEN)
        x = self.layer_norm(x, f"{t}.norm")
        x = x.transpose(1, 2).unflatten(2, (side, side))
        x = self.decoder_layer(x, "decoder.bottleneck", DECODER[0])
        for step in range(1, 5):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            if step <= len(skips):
                x = torch.cat([x, skips[step - 1]], 1)
            for index in (1, 2):
                x = self.decoder_layer(x, f"decoder.step{step}.convolution{index}", DECODER[step])
        logits = F.conv2d(x, self.p("classHead.weight", CLASSES, x.shape[1], 3, 3), self.p("classHead.bias", CLASSES), padding=1)
        both = torch.cat([x, logits], 1)
        hidden = F.conv2d(both, self.p("landmarkHead.hidden.weight", LANDMARKS + CLASSES, both.shape[1], 1, 1))
        return logits, F.conv2d(hidden, self.p("landmarkHead.output.weight", LANDMARKS, LANDMARKS + CLASSES, 1, 1))


def main():
    generator = np.random.default_rng(5)
    image = generator.standard_normal((BATCH, 1, SIZE, SIZE)).astype(np.float32)
    classes = generator.integers(0, CLASSES, (BATCH, SIZE, SIZE)).astype(np.uint8)
    arrays = {"image": image, "classes": classes}
    net = TransUNet()
    x = torch.tensor(image.astype(float))
    y = torch.tensor(classes.astype(int))
    points = np.array([[[10.5, 20.25], [3, 29]], [[16, 16], [25, 4.5]]], np.float32)
    visible = np.array([[1, 1], [1, 0]], np.float32)
    arrays |= {"points": points, "visible": visible}
    grid = torch.arange(SIZE)
    at = torch.tensor(points.astype(float))
    targets = (
        torch.exp(-((grid - at[..., 1:]) ** 2) / 18)[..., :, None]
        * torch.exp(-((grid - at[..., :1]) ** 2) / 18)[..., None, :]
        * torch.tensor(visible.astype(float))[..., None, None]
    )
    net(x)
    net.p.running.clear()
    optimiser = torch.optim.SGD(net.p.values.values(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
    losses, norms = [], []
    for step in range(STEPS):
        optimiser.zero_grad()
        logits, heat = net(x)
        loss = F.cross_entropy(logits, y) + ((heat - targets) ** 2).mean()
        loss.backward()
        if step == 0:
            for name, value in net.p.values.items():
                arrays[f"gradientNorm/{name}"] = np.array([value.grad.norm().item()])
        losses.append(loss.item())
        norms.append(math.sqrt(sum((v.grad**2).sum().item() for v in net.p.values.values())))
        optimiser.step()
    arrays["losses"], arrays["norms"] = np.array(losses), np.array(norms)
    net.training = False
    with torch.no_grad():
        arrays["probabilities"] = net(x)[0][:1].softmax(1).numpy().astype(np.float32)
    folder = pathlib.Path(__file__).parent.parent / "test/network/fixtures"
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, folder / "transunet.safetensors", {"torch": torch.__version__})


if __name__ == "__main__":
    main()
