/** What took how long, for whoever asked to know (`--profile`). Nobody has: nothing is measured. */

/** A piece of work that is done. */
export interface Span {
  readonly name: string;
  /** "network", where it is inside the runtime: what is left is our own time. */
  readonly category: SpanCategory;
  /** When it began, microseconds since 1970 by the clock that all processes of a machine have in common. */
  readonly at: number;
  /** Microseconds. */
  readonly lasts: number;
  /** Which of the companion's places did it. */
  readonly place: string;
}

export type SpanCategory = "network" | "picture" | "queue" | "wire" | "stage";

interface Listener {
  readonly place: string;
  readonly hear: (span: Span) => void;
}

let listener: Listener | undefined;

/** From now on spans of this thread, done at `place`, go to `hear`. */
export function measureSpans(place: string, hear: (span: Span) => void): void {
  listener = { place, hear };
}

/** A span of another thread or process is passed on. */
export const passSpan = (span: Span): void => listener?.hear(span);

const now = () => (performance.timeOrigin + performance.now()) * 1000;

/** A span begins. To be called when it ends. */
export function beginSpan(name: string, category: SpanCategory): () => void {
  if (listener === undefined) return () => {};
  const { place, hear } = listener;
  const at = now();
  return () => hear({ name, category, at, lasts: now() - at, place });
}

/** `body`, as a span. */
export async function inSpan<T>(name: string, category: SpanCategory, body: () => T | Promise<T>): Promise<T> {
  const end = beginSpan(name, category);
  try {
    return await body();
  } finally {
    end();
  }
}

/** The same of what needs no waiting. */
export function asSpan<T>(name: string, category: SpanCategory, body: () => T): T {
  const end = beginSpan(name, category);
  try {
    return body();
  } finally {
    end();
  }
}
