import { kernelService } from "../../src/projector/wasm/kernel-worker.ts";

// The types know only the page's global scope.
const scope = globalThis as unknown as Worker;
const serve = kernelService((reply) => scope.postMessage(reply));
scope.addEventListener("message", (event) => serve(event.data));
