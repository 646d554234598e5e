import { parentPort } from "node:worker_threads";
import { kernelService } from "../projector/wasm/kernel-worker.ts";

const port = parentPort;
if (!port) throw new Error("this file runs as a worker thread of the projector");
port.on(
  "message",
  kernelService((reply) => port.postMessage(reply)),
);
