import { useEffect, useState } from "preact/hooks";

/** What files are for: "reference" over an element that says so by `data-drop`. */
export type DropMeaning = "reference" | "anything";

const meaningOf = (target: EventTarget | null): DropMeaning =>
  target instanceof Element && target.closest('[data-drop="reference"]') !== null ? "reference" : "anything";

/** Calls the handler with files that are dropped on the window or pasted into it; what they would mean while some are held over it. */
export function useFileDrop(onFiles: (files: readonly File[], meaning: DropMeaning) => void): DropMeaning | null {
  const [over, setOver] = useState<DropMeaning | null>(null);
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(meaningOf(event.target));
    };
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(null);
    };
    const take = (event: Event, files: FileList | undefined) => {
      setOver(null);
      if (!files || files.length === 0) return;
      event.preventDefault();
      onFiles([...files], meaningOf(event.target));
    };
    const onDrop = (event: DragEvent) => take(event, event.dataTransfer?.files);
    const onPaste = (event: ClipboardEvent) => take(event, event.clipboardData?.files);
    addEventListener("dragover", onDragOver);
    addEventListener("dragleave", onDragLeave);
    addEventListener("drop", onDrop);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("dragover", onDragOver);
      removeEventListener("dragleave", onDragLeave);
      removeEventListener("drop", onDrop);
      removeEventListener("paste", onPaste);
    };
  }, [onFiles]);
  return over;
}
