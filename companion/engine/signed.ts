/** A result that says what it was made with: in its facts, and in the picture's own file. */
import { madeTexts, recipeTexts } from "../../shared/image-text/recipe-texts.ts";
import { withPngTexts } from "../../shared/image-text/write-png-text.ts";
import type { Result, Task, TaskKind, TaskOf } from "../../shared/job.ts";
import type { UsedModel } from "../../shared/used-model.ts";

interface MadeWith {
  /** Of Underpaint: "0.1.0". */
  readonly madeBy: string;
  readonly models: readonly UsedModel[];
}

/** What a picture's file says of the task that made it, by keyword. */
const TEXTS: { readonly [K in TaskKind]: (task: TaskOf<K>, made: MadeWith) => ReadonlyMap<string, string> } = {
  generate: ({ request }, made) => recipeTexts({ request, ...made }),
  enlarge: (_, made) => madeTexts({ ...made, changes: "a picture" }),
  // It brings no picture.
  likeness: () => new Map(),
  matte: (_, made) => madeTexts({ ...made, changes: "a picture" }),
};

export function signed<R extends Omit<Result, "seconds">>(result: R, task: Task, made: MadeWith): R {
  const texts = (TEXTS[task.kind] as (task: Task, made: MadeWith) => ReadonlyMap<string, string>)(task, made);
  return {
    ...result,
    attachments: result.attachments.map((each) =>
      each.mediaType === "image/png" ? { ...each, bytes: withPngTexts(each.bytes, texts) } : each,
    ),
    facts: { ...result.facts, models: made.models },
  };
}
