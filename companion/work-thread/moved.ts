/** Bytes on their way to another thread: moved, not copied, so that nobody waits for a large picture. */
import type { JobEvent } from "../../shared/job.ts";

/** With memory of its own, which can be moved. A view of something larger is copied. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isWhole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

interface Moved<T> {
  readonly value: T;
  readonly transfer: ArrayBuffer[];
}

/** For whoever gives the images away: they are gone from here once this is sent. */
export function movedImages(images: ReadonlyMap<string, Uint8Array>): Moved<ReadonlyMap<string, Uint8Array>> {
  const value = new Map([...images].map(([name, bytes]) => [name, alone(bytes)]));
  return { value, transfer: [...new Set([...value.values()].map(({ buffer }) => buffer))] };
}

/** Copies of the pictures are moved: others may listen, and the queue may still have to store them. */
export function movedEvent(event: JobEvent): Moved<JobEvent> {
  if (event.type === "done") {
    const { attachments, ...rest } = event.result;
    const copies = attachments.map(({ bytes, ...info }) => ({ ...info, bytes: new Uint8Array(bytes) }));
    const value = { ...event, result: { ...rest, attachments: copies } };
    return { value, transfer: copies.map(({ bytes }) => bytes.buffer) };
  }
  if (event.type !== "progress" || event.progress.preview === undefined) return { value: event, transfer: [] };
  const preview = new Uint8Array(event.progress.preview);
  return { value: { ...event, progress: { ...event.progress, preview } }, transfer: [preview.buffer] };
}
