#!/usr/bin/env bash
# What the WebGPU and browser tests use: a Vulkan loader, a software adapter (SwiftShader, inside chromium-common) and
# Chromium itself. Without a package the tests that need it skip, visibly; this script always succeeds.
set -uo pipefail

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "not installed: no apt-get, or not root"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
for package in libvulkan1 chromium-common chromium; do
  apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || echo "not installed: $package"
done
exit 0
