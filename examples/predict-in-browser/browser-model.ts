/** A model of `synthex train` in a browser: the library's own prediction on onnxruntime-web. No page, no framework. */
import * as ort from "onnxruntime-web/wasm";
import { InputError } from "../../src/error/input-error.ts";
import { confidence, isActivated, ruleOfModel } from "../../src/evaluation/landmark-rule.ts";
import type { Canvas } from "../../src/image/canvas.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { windowed } from "../../src/image/display-window.ts";
import { overlay } from "../../src/image/overlay.ts";
import type { Picture as Raster } from "../../src/image/picture.ts";
import { readModel } from "../../src/network/onnx/read-model.ts";
import { type OrtModule, ortRuntime } from "../../src/network/ort-runtime.ts";
import { METADATA_KEY, readModelMetadata } from "../../src/prediction/model-metadata.ts";
import { type Model, type Picture, type PicturePrediction, predict } from "../../src/prediction/predict.ts";
import { picturePixels } from "../../src/training/examples/picture-pixels.ts";

const SHOWN_PX = 900;

/** @param bytes of a model.onnx */
export async function openBrowserModel(bytes: Uint8Array, name: string): Promise<Model> {
  // Threads need a page that is isolated from other origins; one thread takes some tenths of a second.
  ort.env.wasm.numThreads = 1;
  const runtime = ortRuntime(ort as unknown as OrtModule, {
    provider: "wasm",
    threads: 1,
    writesInPlace: false,
  });
  return {
    metadata: readModelMetadata(readModel(bytes, name).metadata.get(METADATA_KEY), name),
    session: await runtime.open(bytes),
  };
}

/** A picture file as the network's grey picture: PNG, of 16 bits too, by the library; all others by the browser. */
export async function pictureOfBytes(bytes: Uint8Array, name: string): Promise<Picture> {
  const picture = bytes[0] === 0x89 ? await decodePng(bytes) : await byBrowser(bytes, name);
  return { widthPx: picture.widthPx, heightPx: picture.heightPx, pixels: picturePixels(picture) };
}

async function byBrowser(bytes: Uint8Array, name: string): Promise<Raster<Uint8Array>> {
  const bitmap = await createImageBitmap(new Blob([bytes.slice()])).catch((cause: unknown) => {
    throw new InputError(
      "picture-unreadable",
      `${name} is damaged, or not a picture that this browser reads`,
      {
        remedy: "save it as PNG or JPEG",
        cause,
      },
    );
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = new Uint8Array(context.getImageData(0, 0, width, height).data);
  return { widthPx: width, heightPx: height, channels: 4, pixels };
}

export interface ShownPrediction {
  readonly prediction: PicturePrediction;
  /** The picture with outlines and those landmarks that count as found. */
  readonly drawn: Canvas;
  readonly structures: readonly { readonly name: string; readonly areaPx: number }[];
  readonly landmarks: readonly {
    readonly name: string;
    readonly x: number;
    readonly y: number;
    /** Correlation with the ideal heat-map. */
    readonly correlation: number;
    readonly counts: boolean;
  }[];
}

export async function shownPrediction(model: Model, picture: Picture): Promise<ShownPrediction> {
  const prediction = await predict([model], picture);
  const { widthPx, heightPx, pixels } = picture;
  const { metadata } = model;
  const masks = metadata.structures.map(
    (_, index) =>
      prediction.masks?.[index] ??
      (prediction.classes ?? new Uint8Array(widthPx * heightPx)).map((value) =>
        value === index + 1 ? 1 : 0,
      ),
  );
  const landmarks = metadata.landmarks.flatMap((name, index) => {
    const found = prediction.landmarks[index];
    return found
      ? [
          {
            name,
            x: found.x,
            y: found.y,
            correlation: confidence(found, "correlation"),
            counts: isActivated(found, ruleOfModel(metadata)),
          },
        ]
      : [];
  });
  const values = prediction.wasInverted ? pixels.map((value) => -value) : pixels;
  return {
    prediction,
    landmarks,
    structures: metadata.structures.map((name, index) => ({
      name,
      areaPx: masks[index].reduce((sum, value) => sum + value, 0),
    })),
    drawn: overlay(windowed({ values, widthPx, heightPx }), {
      widthPx: Math.max(widthPx, SHOWN_PX),
      structures: metadata.structures.map((name, index) => ({ name, mask: masks[index] })),
      landmarks: landmarks
        .filter(({ counts }) => counts)
        .map(({ name, x, y }) => ({ name, pixel: [x, y] as const })),
    }),
  };
}
