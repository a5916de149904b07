/** The layers that are painted into, each with the words that its prompt takes from it. */
import type { NamedText, TargetLayer, TextOver } from "../../bridge.ts";
import { t } from "../text/language.ts";
import { fieldsIn, fillIn } from "../text/prompt-fields.ts";
import type { Table } from "../text/table.ts";
import type { State } from "./state.ts";
import { subjectOf } from "./subject.ts";

export interface Row {
  readonly target: Pick<TargetLayer, "id" | "name" | "width" | "height" | "exportScale">;
  readonly hasPicture: boolean;
  readonly texts: readonly NamedText[];
  /** Text layers that are seen over it. */
  readonly textsOver: readonly TextOver[];
  /** Its row of the pasted table, by column. */
  readonly cells: ReadonlyMap<string, string> | null;
}

type Asked = Pick<State, "selection" | "mode" | "table">;

/**
 * One for each layer: several in the order in which one reads them, in Fill the pictures that lie under the same shapes. None where
 * nothing can be painted into.
 */
export function rowsOf(state: Asked): Row[] {
  const { selection, table } = state;
  const targets = selection.kind === "several" ? severalOf(selection, state.mode) : ownOf(state);
  const cells = table === null ? [] : cellsFor(targets, table);
  return targets.map((target, i) => {
    const { hasPicture, texts, textsOver = [] } = target;
    return { target, hasPicture, texts, textsOver, cells: cells[i] ?? null };
  });
}

function severalOf({ targets, question }: Extract<State["selection"], { kind: "several" }>, mode: State["mode"]) {
  return mode === "fill"
    ? targets.filter(({ id }) => question?.pictures.some((picture) => picture.id === id))
    : targets;
}

function ownOf(state: Asked) {
  const target = subjectOf(state)?.target;
  if (target === undefined || state.selection.kind !== "target") return [];
  const { texts = [], textsOver } = state.selection;
  return [{ ...target, texts, textsOver }];
}

const NAME = "name";
/** The first text, whatever its name is. */
const TEXT = "text";
const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Rows of the table by the layers' names where one of its columns holds these, otherwise in order. */
function cellsFor(targets: readonly { readonly name: string }[], { columns, rows }: Table) {
  const toMap = (row: readonly string[] | undefined) =>
    row === undefined ? null : new Map(columns.map((column, i) => [column.toLowerCase(), row[i]!]));
  const at = columns.findIndex((column) => same(column, NAME));
  const named = (name: string) => rows.find((row) => same(row[at]!, name));
  const byName = at >= 0 && targets.some(({ name }) => named(name) !== undefined);
  return targets.map(({ name }, i) => toMap(byName ? named(name) : rows[i]));
}

/** What a field stands for: the table's column, the layer's name, or the text of that name in it or next to it. */
export function wordsFor({ target, texts, cells }: Row, field: string): string | undefined {
  const cell = cells?.get(field.toLowerCase());
  if (cell !== undefined) return cell === "" ? undefined : cell;
  if (same(field, NAME)) return target.name;
  const text = texts.find(({ name }) => same(name, field)) ?? (same(field, TEXT) ? texts[0] : undefined);
  return text?.text;
}

export const promptOf = (row: Row, prompt: string): string => fillIn(prompt, (field) => wordsFor(row, field));

/** With the words of each layer filled in. */
export const longestPrompt = (state: Asked & Pick<State, "prompt">): string =>
  rowsOf(state).reduce((longest, row) => {
    const filled = promptOf(row, state.prompt);
    return filled.length > longest.length ? filled : longest;
  }, state.prompt);

/** What the prompt asks for and a layer does not have, in a sentence. */
export function missingWords(rows: readonly Row[], prompt: string): string | null {
  for (const field of fieldsIn(prompt)) {
    const without = rows.filter((row) => wordsFor(row, field) === undefined);
    const [first] = without;
    if (first === undefined) continue;
    return t.prompt.missingField(field, first.target.name, without.length - 1);
  }
  return null;
}

const MOST_OFFERED = 10;

/** Fields that every layer has a value for, those of the table first. */
export function fieldsOf(rows: readonly Row[], table: Table | null): string[] {
  const [first] = rows;
  const named = [...(table?.columns ?? []), NAME, ...(first?.texts.map(({ name }) => name) ?? [])];
  const offered = first !== undefined && first.texts.length > 0 ? [...named, TEXT] : named;
  return offered
    .filter(
      (field, i) => field !== "" && !/[{}|]/.test(field) && offered.findIndex((other) => same(other, field)) === i,
    )
    .filter((field) => rows.every((row) => wordsFor(row, field) !== undefined))
    .slice(0, MOST_OFFERED);
}
