import { concat } from "../operators/shape.ts";
import { localContrast, standardised } from "../operators/standardised.ts";
import type { Tensor } from "../tensor.ts";
import type { NetworkDefinition } from "./network-definition.ts";

/** What a network sees of a picture. */
export const inputChannelNames = ["standardised", "local-contrast"] as const;
export type InputChannel = (typeof inputChannelNames)[number];

/** Side of the neighbourhood of local contrast, as a share of the picture's. */
const NEIGHBOURHOOD = 0.16;

/**
 * A network that takes pictures of one channel in any unit: they are brought to mean 0 and standard deviation 1 within the model, and to
 * the channels that the network was made for. So training and the exported file cannot differ in it.
 */
export function withPreparedInput(
  network: NetworkDefinition,
  channels: readonly InputChannel[],
): NetworkDefinition {
  return {
    ...network,
    inputChannels: 1,
    forward(image, scope, mode) {
      const picture = standardised(image);
      const side = Math.max(image.shape[2], image.shape[3]);
      const size = 2 * Math.round((NEIGHBOURHOOD * side) / 2) + 1;
      const planes: Record<InputChannel, () => Tensor> = {
        standardised: () => picture,
        "local-contrast": () => localContrast(picture, size),
      };
      const seen = channels.map((channel) => planes[channel]());
      return network.forward(seen.length === 1 ? seen[0] : concat(seen, 1), scope, mode);
    },
  };
}
