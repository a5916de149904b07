import { Problem } from "../../shared/problem.ts";
import type { CallInput, CallOutput } from "../bridge.ts";

/** An image's own bytes. Problem "image-not-readable" where the file does not have it, or Figma has not loaded it. */
export async function readImage({ hash }: CallInput<"read-image">): Promise<CallOutput<"read-image">> {
  const image = figma.getImageByHash(hash);
  const unreadable = (cause?: unknown) =>
    new Problem(
      "image-not-readable",
      "The layer's image could not be read. Wait until Figma has loaded it, then try again.",
      {
        cause,
      },
    );
  if (image === null) throw unreadable();
  try {
    return { bytes: await image.getBytesAsync() };
  } catch (cause) {
    throw unreadable(cause);
  }
}
