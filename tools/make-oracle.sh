#!/usr/bin/env bash
# The reference readers that tests of file formats compare with: a Python environment in .oracle/, which git ignores.
# Without it those tests skip, visibly. An environment elsewhere is named by SYNTHEX_ORACLE_PYTHON (path of its python).
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -m venv .oracle
.oracle/bin/pip install --quiet --disable-pip-version-check numpy h5py pycocotools tifffile pillow pydicom
# Only the tests of tar shards use it, and they can do with tarfile.
.oracle/bin/pip install --quiet --disable-pip-version-check webdataset || echo "not installed: webdataset"
# Readers of weights and of training logs.
.oracle/bin/pip install --quiet --disable-pip-version-check safetensors tensorboard || echo "not installed: safetensors, tensorboard"
