import type { Span } from "./spans.ts";

/** One of Chrome's trace events: "Trace Event Format", complete events and metadata events. */
export type TraceEvent =
  | {
      readonly ph: "X";
      readonly name: string;
      readonly cat: string;
      /** Microseconds. */
      readonly ts: number;
      readonly dur: number;
      readonly pid: number;
      readonly tid: number;
    }
  | {
      readonly ph: "M";
      readonly name: "process_name" | "thread_name";
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string };
    };

const PID = 1;

/** Spans that may still overlap a new one. */
const RECENT = 256;

interface Row {
  readonly place: string;
  readonly tid: number;
  readonly spans: Span[];
}

/**
 * Turns spans, in the order of their ends, into events that a viewer draws as rows of boxes: within a row they lie inside of each
 * other or apart, as the format asks of one thread's; what would cross another one gets a row of its own.
 */
export class ChromeTrace {
  readonly #rows: Row[] = [];

  /** Of this span, with what introduces a new row. */
  eventsOf(span: Span): TraceEvent[] {
    const known = this.#rows.find(
      ({ place, spans }) => place === span.place && !spans.some((one) => crosses(one, span)),
    );
    const row = known ?? this.#open(span.place);
    row.spans.push(span);
    if (row.spans.length > RECENT) row.spans.shift();
    const { name, category, at, lasts } = span;
    const event: TraceEvent = { ph: "X", name, cat: category, ts: at, dur: lasts, pid: PID, tid: row.tid };
    return known ? [event] : [...introduce(row, this.#rows.length === 1), event];
  }

  #open(place: string): Row {
    const row = { place, tid: this.#rows.length + 1, spans: [] };
    this.#rows.push(row);
    return row;
  }
}

function introduce({ place, tid }: Row, isFirst: boolean): TraceEvent[] {
  const process: TraceEvent = { ph: "M", name: "process_name", pid: PID, tid, args: { name: "Underpaint" } };
  return [...(isFirst ? [process] : []), { ph: "M", name: "thread_name", pid: PID, tid, args: { name: place } }];
}

/** True where `later`, which ended last, began inside of `one`. */
const crosses = (one: Span, later: Span): boolean => one.at < later.at && later.at < one.at + one.lasts;
