"""The TransUNet of src/network/architectures/transunet.ts by PyTorch, from its own layers wherever it has them.

tools/make-transunet-fixture.py writes the same network down with named parameters, to compare numbers; this one is for the clock.
"""

import torch
import torch.nn.functional as F
from torch import nn


class StandardisedConv2d(nn.Conv2d):
    """Weights with mean 0 and variance 1 in each output channel."""

    def __init__(self, inputs, outputs, size, stride=1):
        super().__init__(inputs, outputs, size, stride, padding=size // 2, bias=False)

    def forward(self, x):
        variance, mean = torch.var_mean(self.weight, (1, 2, 3), keepdim=True, correction=0)
        weight = (self.weight - mean) / torch.sqrt(variance + 1e-5)
        return F.conv2d(x, weight, stride=self.stride, padding=self.padding)


def group_norm(channels, most=32, epsilon=1e-6):
    groups = next(g for g in range(min(most, channels), 0, -1) if channels % g == 0)
    return nn.GroupNorm(groups, channels, epsilon)


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        middle = outputs // 4
        self.around = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.around = nn.Sequential(StandardisedConv2d(inputs, outputs, 1, stride), group_norm(outputs, outputs, 1e-5))
        self.through = nn.Sequential(
            StandardisedConv2d(inputs, middle, 1),
            group_norm(middle),
            nn.ReLU(inplace=True),
            StandardisedConv2d(middle, middle, 3, stride),
            group_norm(middle),
            nn.ReLU(inplace=True),
            StandardisedConv2d(middle, outputs, 1),
            group_norm(outputs),
        )

    def forward(self, x):
        return F.relu(self.around(x) + self.through(x))


class Encoder(nn.Module):
    def __init__(self, width, units):
        super().__init__()
        self.root = nn.Sequential(StandardisedConv2d(3, width, 7, 2), group_norm(width), nn.ReLU(inplace=True))
        self.stages, inputs = nn.ModuleList(), width
        for stage, count in enumerate(units):
            outputs = width * 4 * 2**stage
            layers = []
            for index in range(count):
                layers.append(Unit(inputs, outputs, 2 if stage and not index else 1))
                inputs = outputs
            self.stages.append(nn.Sequential(*layers))

    def forward(self, image):
        x = self.root(image)
        skips = [x]
        x = F.max_pool2d(x, 3, 2)
        for stage, layers in enumerate(self.stages):
            x = layers(x)
            if stage < 2:
                rows, columns = (side // (4 * 2**stage) for side in image.shape[2:])
                skips.insert(0, F.pad(x, (0, columns - x.shape[3], 0, rows - x.shape[2])))
        return x, skips


class Block(nn.Module):
    def __init__(self, width, heads, hidden, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        y = self.norm1(x)
        parts = (layer(y).unflatten(-1, (self.heads, -1)).transpose(1, 2) for layer in (self.query, self.key, self.value))
        x = x + self.out(F.scaled_dot_product_attention(*parts).transpose(1, 2).flatten(2))
        y = F.dropout(F.gelu(self.wide(self.norm2(x))), self.dropout, self.training)
        return x + F.dropout(self.narrow(y), self.dropout, self.training)


def decoder_layer(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class TransUNet(nn.Module):
    """size: width, units, hidden, layers, heads, mlp, dropout, decoder; `pixels` is the side of the picture."""

    def __init__(self, size, classes, landmarks, pixels):
        super().__init__()
        width, hidden, decoder = size["width"], size["hidden"], size["decoder"]
        self.side, self.dropout = pixels // 16, size["dropout"]
        self.encoder = Encoder(width, size["units"])
        self.embedding = nn.Conv2d(width * 16, hidden, 1)
        self.positions = nn.Parameter(0.02 * torch.randn(1, self.side**2, hidden))
        self.blocks = nn.Sequential(
            *(Block(hidden, size["heads"], size["mlp"], size["dropout"]) for _ in range(size["layers"]))
        )
        self.norm = nn.LayerNorm(hidden, 1e-6)
        self.bottleneck = decoder_layer(hidden, decoder[0])
        beside = [width * 8, width * 4, width, 0]
        self.steps = nn.ModuleList(
            nn.Sequential(decoder_layer(a + skip, b), decoder_layer(b, b))
            for a, b, skip in zip(decoder, decoder[1:], beside)
        )
        self.class_head = nn.Conv2d(decoder[-1], classes, 3, padding=1)
        self.hidden = nn.Conv2d(decoder[-1] + classes, landmarks + classes, 1, bias=False)
        self.output = nn.Conv2d(landmarks + classes, landmarks, 1, bias=False)

    def forward(self, image):
        x, skips = self.encoder(image.repeat(1, 3, 1, 1))
        x = self.embedding(x).flatten(2).transpose(1, 2) + self.positions
        x = self.norm(self.blocks(F.dropout(x, self.dropout, self.training)))
        x = self.bottleneck(x.transpose(1, 2).unflatten(2, (self.side, self.side)))
        for index, layers in enumerate(self.steps):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = layers(torch.cat([x, skips[index]], 1) if index < len(skips) else x)
        logits = self.class_head(x)
        return logits, self.output(self.hidden(torch.cat([x, logits], 1)))
