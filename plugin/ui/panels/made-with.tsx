import type { UsedModel } from "../../../shared/used-model.ts";
import { t } from "../text/language.ts";
import { madeWithInWords, usedModelInWords } from "../text/made-with-words.ts";

/** What a picture was made with; the licences, and what each file is, one click deeper. */
export function MadeWith({ models }: { models: readonly UsedModel[] | undefined }) {
  if (models === undefined || models.length === 0) return null;
  return (
    <details class="made-with">
      <summary>{madeWithInWords(models)}</summary>
      <ul>
        {models.map((model) => {
          const { name, about, licence, use } = usedModelInWords(model);
          const digest = model.sha256 ?? model.filesSha256;
          return (
            <li key={`${model.as} ${model.id}`}>
              <b>{name}</b>
              <small>{about}</small>
              <span>{licence}</span>
              <span>{use}</span>
              {digest && (
                <span title={digest}>
                  {model.sha256 ? t.madeWith.digest : t.madeWith.digestOfFiles} <code>{digest.slice(0, 16)}…</code>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
