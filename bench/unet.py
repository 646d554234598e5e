"""The U-Net of src/network/architectures/unet.ts with group normalisation and linear interpolation, by PyTorch."""

import torch
import torch.nn.functional as F


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
    def __init__(self, features, classes, landmarks):
        super().__init__()
        self.encoder = torch.nn.ModuleList(block(a, b) for a, b in zip([1, *features], features))
        self.decoder = torch.nn.ModuleList(block(a + b, a) for a, b in zip(features, features[1:]))
        hidden = max(features[0], landmarks)
        self.class_head = torch.nn.Conv2d(features[0], classes, 1)
        self.hidden = torch.nn.Conv2d(features[0] + classes, hidden, 1)
        self.output = torch.nn.Conv2d(hidden, landmarks, 1)

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
