"""Makes test/network/fixtures/vision-transformer.npz: arrays under the names of the public R50 + ViT-B/16, very small ones.

Oracle for test/network/weights/vision-transformer.test.ts: `expected/positions` is how SciPy zooms the position embeddings, and
`expected/attention` what the query of a token is by the public code's own sum over [inputs, heads, depth].

    python -m venv venv && venv/bin/pip install numpy scipy
    venv/bin/python tools/make-vit-fixture.py
"""

import pathlib

import numpy as np
from scipy import ndimage

WIDTH, UNITS, HIDDEN, LAYERS, HEADS, MLP = 4, (1, 2, 1), 6, 1, 2, 8


def main():
    generator = np.random.default_rng(11)
    random = lambda *shape: generator.standard_normal(shape).astype(np.float32)
    arrays = {"conv_root/kernel": random(7, 7, 3, WIDTH), "cls": random(1, 1, HIDDEN)}
    for part in ("scale", "bias"):
        arrays[f"gn_root/{part}"] = random(WIDTH)
    inputs = WIDTH
    for stage, count in enumerate(UNITS, 1):
        outputs = WIDTH * 4 * 2 ** (stage - 1)
        for unit in range(1, count + 1):
            name = f"block{stage}/unit{unit}"
            middle = outputs // 4
            sides = [(1, inputs, middle), (3, middle, middle), (1, middle, outputs)]
            for index, (size, a, b) in enumerate(sides, 1):
                arrays[f"{name}/conv{index}/kernel"] = random(size, size, a, b)
                arrays[f"{name}/gn{index}/scale"] = random(1, 1, 1, b)
                arrays[f"{name}/gn{index}/bias"] = random(b)
            if unit == 1:
                arrays[f"{name}/conv_proj/kernel"] = random(1, 1, inputs, outputs)
                arrays[f"{name}/gn_proj/scale"] = random(outputs)
                arrays[f"{name}/gn_proj/bias"] = random(outputs)
            inputs = outputs
    arrays["embedding/kernel"] = random(1, 1, inputs, HIDDEN)
    arrays["embedding/bias"] = random(HIDDEN)
    positions = random(1, 1 + 3 * 3, HIDDEN)
    arrays["Transformer/posembed_input/pos_embedding"] = positions
    for layer in range(LAYERS):
        name = f"Transformer/encoderblock_{layer}"
        for part in ("query", "key", "value"):
            arrays[f"{name}/MultiHeadDotProductAttention_1/{part}/kernel"] = random(HIDDEN, HEADS, HIDDEN // HEADS)
            arrays[f"{name}/MultiHeadDotProductAttention_1/{part}/bias"] = random(HEADS, HIDDEN // HEADS)
        arrays[f"{name}/MultiHeadDotProductAttention_1/out/kernel"] = random(HEADS, HIDDEN // HEADS, HIDDEN)
        arrays[f"{name}/MultiHeadDotProductAttention_1/out/bias"] = random(HIDDEN)
        for norm in ("LayerNorm_0", "LayerNorm_2"):
            for part in ("scale", "bias"):
                arrays[f"{name}/{norm}/{part}"] = random(HIDDEN)
        arrays[f"{name}/MlpBlock_3/Dense_0/kernel"] = random(HIDDEN, MLP)
        arrays[f"{name}/MlpBlock_3/Dense_0/bias"] = random(MLP)
        arrays[f"{name}/MlpBlock_3/Dense_1/kernel"] = random(MLP, HIDDEN)
        arrays[f"{name}/MlpBlock_3/Dense_1/bias"] = random(HIDDEN)
    for part in ("scale", "bias"):
        arrays[f"Transformer/encoder_norm/{part}"] = random(HIDDEN)

    grid = positions[0, 1:].reshape(3, 3, HIDDEN)
    arrays["expected/positions"] = ndimage.zoom(grid, (4 / 3, 5 / 3, 1), order=1).reshape(1, 20, HIDDEN)
    token = random(HIDDEN)
    arrays["expected/token"] = token
    query = "Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query"
    arrays["expected/attention"] = np.einsum("i,ihd->hd", token, arrays[f"{query}/kernel"]) + arrays[f"{query}/bias"]
    arrays["expected/other-kind"] = np.arange(3)
    folder = pathlib.Path(__file__).parent.parent / "test/network/fixtures"
    np.savez_compressed(folder / "vision-transformer.npz", **arrays)
    np.savez(folder / "stored.npz", one=np.float32([[1, 2, 3], [4, 5, 6]]), none=np.float32(7))


if __name__ == "__main__":
    main()
