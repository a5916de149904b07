/** A pasted table: comma-separated values as in RFC 4180, or what a spreadsheet puts on the clipboard (tabs), or semicolons. */
export interface Table {
  /** As the first row has them. */
  readonly columns: readonly string[];
  /** The others: a cell for every column. */
  readonly rows: readonly (readonly string[])[];
}

const DELIMITERS = ["\t", ";", ","] as const;

/** The table, or null where the text has no row beside its first. Missing cells are empty, further ones left out. */
export function readTable(text: string): Table | null {
  const [head = [], ...rows] = linesOf(text.replace(/^\uFEFF/, ""), delimiterOf(text));
  const columns = head.map((name) => name.trim());
  if (rows.length === 0 || columns.every((name) => name === "")) return null;
  return { columns, rows: rows.map((row) => columns.map((_, i) => (row[i] ?? "").trim())) };
}

/** The one that stands most often in the first line, outside of quotes. */
function delimiterOf(text: string): string {
  const [first = ""] = text.replace(/"[^"]*"/g, "").split(/\r?\n/, 1);
  const count = (delimiter: string) => first.split(delimiter).length;
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0]!;
}

/** Rows of cells; a quoted cell may hold delimiters, line breaks and doubled quotes. Empty lines are left out. */
function linesOf(text: string, delimiter: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    line.push(cell);
    cell = "";
  };
  const endLine = () => {
    endCell();
    if (line.some((each) => each.trim() !== "")) lines.push(line);
    line = [];
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[i + 1] === '"') {
        cell += sign;
        i++;
      } else quoted = false;
    } else if (sign === '"' && cell.trim() === "") {
      cell = "";
      quoted = true;
    } else if (sign === delimiter) endCell();
    else if (sign === "\n") endLine();
    else if (sign !== "\r") cell += sign;
  }
  endLine();
  return lines;
}
