/** Files that hold nothing but a part of models whose transformer is a file of its own: a text encoder, an autoencoder. */
import type { OpenOptions, SafetensorsFile } from "../checkpoint/files/safetensors.ts";
import { identify } from "../checkpoint/identify/identify.ts";
import { FILE_LAYOUTS } from "../checkpoint/layouts.ts";
import { causalVaePrefix, openCausalVae } from "../checkpoint/parts/causal-vae-file.ts";
import { chatPrefix, openChatFile } from "../checkpoint/parts/chat-file.ts";
import { CHAT_KINDS, type ChatKind } from "../checkpoint/parts/chat-kinds.ts";
import type { ChatReading } from "../checkpoint/parts/chat-reading.ts";
import { clipPrefix, openClipFile } from "../checkpoint/parts/clip-file.ts";
import { FLUX_VAE_CHANNELS, fluxVaePrefix, openFluxVae } from "../checkpoint/parts/flux-vae-file.ts";
import { flux2VaePrefix, openFlux2Vae } from "../checkpoint/parts/flux2-vae-file.ts";

import { openT5File, t5Prefix } from "../checkpoint/parts/t5-file.ts";
import { chatNetwork } from "./chat-network.ts";
import { checkNetworks, checkVae } from "./check-networks.ts";
import { clipNetwork } from "./clip-network.ts";
import { t5Network } from "./t5-network.ts";

/** All layers: which of them are read shows with a transformer. */
const TOKENS = 512;
const whole = (kind: ChatKind): ChatReading => ({
  ...{
    kind,
    states: (layers) => [layers],
    lastNorm: true,
    tokens: TOKENS,
    template: { before: "", after: "" },
    padding: "read",
  },
});

interface PartKind {
  is(store: SafetensorsFile): boolean;
  /** Throws as its opening does, and as `buildWhole`. */
  check(store: SafetensorsFile, options: OpenOptions): void;
}

const PARTS: readonly PartKind[] = [
  ...(Object.keys(CHAT_KINDS) as ChatKind[]).map(
    (kind): PartKind => ({
      is: (store) => chatPrefix(store, kind) !== undefined,
      check: (store, options) => checkNetworks([chatNetwork(openChatFile(store, whole(kind), options))]),
    }),
  ),
  {
    is: (store) => t5Prefix(store) !== undefined,
    check: (store, options) => checkNetworks([t5Network(openT5File(store, TOKENS, options))]),
  },
  {
    is: (store) => identify(store).kind === "text-encoder" && clipPrefix(store) !== undefined,
    check: (store, options) => checkNetworks([clipNetwork(openClipFile(store, options))]),
  },
  {
    is: (store) => flux2VaePrefix(store) !== undefined,
    check: (store, options) => checkVae(openFlux2Vae(store, options).vae),
  },
  {
    is: (store) => causalVaePrefix(store) !== undefined,
    check: (store, options) => checkVae(openCausalVae(store, options)),
  },
  {
    is: (store) => identify(store).kind === "vae" && fluxVaePrefix(store, FLUX_VAE_CHANNELS) !== undefined,
    check: (store, options) => checkVae(openFluxVae(store, FLUX_VAE_CHANNELS, options)),
  },
];

const kindOf = (store: SafetensorsFile): PartKind | undefined =>
  FILE_LAYOUTS.some(({ opens }) => opens(store)) ? undefined : PARTS.find(({ is }) => is(store));

/** Whether a file is such a part, which is whole then. Throws Problem where it is one, and not whole. */
export function isWholePart(store: SafetensorsFile, options: OpenOptions): boolean {
  const kind = kindOf(store);
  kind?.check(store, options);
  return kind !== undefined;
}
