import { useCallback, useEffect, useState } from "preact/hooks";
import type { Actions } from "../actions/actions.ts";
import { HoldButton } from "../parts/hold-button.tsx";
import { ChevronLeft, ChevronRight } from "../parts/icons.tsx";
import { useEscape } from "../parts/use-escape.ts";
import { isShown, type Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { formatInWords } from "../text/format-in-words.ts";
import { t } from "../text/language.ts";
import { likenessExplained } from "../text/likeness-words.ts";
import { whenInWords } from "../text/when-in-words.ts";
import { MadeWith } from "./made-with.tsx";

/** One picture as large as the window lets it be, what made it, and what was there before it. */
export function PictureClose({ picture, state, actions }: { picture: Picture; state: State; actions: Actions }) {
  useEscape(useCallback(() => actions.lookClosely(false), [actions]));
  const [before, setBefore] = useState<string | null>(null);
  const [isBefore, setIsBefore] = useState(false);
  const { job, image, small, placed, recipe } = picture;
  useEffect(() => {
    if (image === null) actions.load(picture);
    setBefore(null);
    setIsBefore(false);
  }, [job.job]);
  useEffect(() => () => void (before !== null && URL.revokeObjectURL(before)), [before]);
  const show = (what: "before" | "after") => {
    setIsBefore(what === "before");
    if (placed) actions.compare(picture, what);
    if (what === "before" && before === null) void actions.pictureBefore(picture).then(setBefore);
  };
  const all = state.pictures.filter((other) => isShown(other) && other.phase === "done");
  const at = all.findIndex((other) => other.job.job === job.job);
  const { seed, prompt, tiling, quantize } = recipe.request;
  const how = formatInWords(picture.weightBits ?? quantize);
  const address = isBefore && before !== null ? before : (image?.url ?? small);
  return (
    <section class="close-up" aria-label={t.pictures.closeLabel(job.ticket.name, seed)}>
      <h2>
        <b class="ellipsis">{job.ticket.name}</b>
        <span>{whenInWords(job.submittedAt, Date.now())}</span>
      </h2>
      <div class={`close-picture ${recipe.matted && !isBefore ? "see-through" : ""}`}>
        {address && tiling && !isBefore && (
          <div
            class="close-tiles"
            role="img"
            aria-label={t.pictures.seed(seed)}
            style={{ backgroundImage: `url("${address}")` }}
          />
        )}
        {address && !(tiling && !isBefore) && (
          <img src={address} alt={isBefore ? t.pictures.before : t.pictures.seed(seed)} />
        )}
        {isBefore && <span class="tag">{t.pictures.beforeTag}</span>}
      </div>
      <div class="close-bar">
        <Neighbour side="newer" to={all[at - 1]} actions={actions} />
        <HoldButton
          label={t.pictures.before}
          title={placed ? t.pictures.beforePlacedHow : t.pictures.beforeHow}
          hotkey="b"
          onHold={(held) => show(held ? "before" : "after")}
        />
        <Neighbour side="olderOne" to={all[at + 1]} actions={actions} />
      </div>
      {prompt !== "" && <p class="close-prompt">{prompt}</p>}
      <p class="secondary-text">{t.pictures.about(seed, t.common.size(picture), recipe.model, how)}</p>
      {(picture.likeness ?? []).map(({ character, name, ...judged }) => (
        <p key={character} class="secondary-text">
          {likenessExplained(name, judged)}
        </p>
      ))}
      <MadeWith models={recipe.madeWith} />
    </section>
  );
}

interface NeighbourProps {
  readonly side: "newer" | "olderOne";
  readonly to: Picture | undefined;
  readonly actions: Actions;
}

function Neighbour({ side, to, actions }: NeighbourProps) {
  const label = t.pictures[side];
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={label}
      disabled={to === undefined}
      onClick={() => to && actions.choose(to)}
    >
      {side === "newer" ? <ChevronLeft /> : <ChevronRight />}
    </button>
  );
}
