/** One promise of the README's table: how it is put to the test, and what came of it. tests/trust/README.md says how to add one. */
export interface Row {
  /** In the README's words, one short clause. */
  readonly promise: string;
  /** The file or folder that holds the test, or the command. */
  readonly test: string;
  /** It measures time: it has the machine for itself. The others run two at a time. */
  readonly alone?: true;
  /** Measures. A row that throws is broken. The working folder is the project's, what was built lies in dist. */
  run(): Promise<Outcome>;
}

export type Outcome =
  | {
      /** False where the promise was not kept. */
      readonly held: boolean;
      /** What was measured, with its unit. */
      readonly figure: string;
      /** Printed below the table, not written into the README. */
      readonly details?: readonly string[];
    }
  /** Why it cannot be measured on this machine: "there is no valkey-server". */
  | { readonly skipped: string };
