import type { Motion } from "../../../shared/request.ts";

/** Frames in the order in which they are shown: the way back of a "ping-pong" shows neither end twice. */
export function shown<T>(frames: readonly T[], loop: Motion["loop"]): T[] {
  return loop === "ping-pong" ? [...frames, ...frames.slice(1, -1).reverse()] : [...frames];
}
