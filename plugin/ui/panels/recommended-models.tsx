import { useState } from "preact/hooks";
import type { DeviceInfo, DownloadInfo, RecommendedModel } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { bestFirst, fitnessOf } from "../models/best-first.ts";
import { ProblemText } from "../parts/problem-text.tsx";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { modelNamed } from "../text/model-named.ts";
import { said } from "../text/said.ts";

/** Models that are worth having, with size and terms, and any other by its name: one button brings it. */
export function RecommendedModels({
  state: { recommended, downloads, companion },
  actions,
}: {
  state: State;
  actions: Actions;
}) {
  const device = companion?.device ?? null;
  const missing = bestFirst(
    recommended.filter(({ installed }) => !installed),
    device,
  );
  const addOns = missing.filter(({ kind }) => kind !== "model");
  const downloadOf = (repo: string) => downloads.find((download) => download.repo === repo);
  const offer = (model: RecommendedModel, isBest: boolean) => (
    <Offer key={model.repo} download={downloadOf(model.repo)} {...{ model, device, isBest, actions }} />
  );
  const others = downloads.filter(({ repo }) => missing.every((model) => model.repo !== repo));
  return (
    <section>
      <h2>{t.models.download}</h2>
      {missing.filter(({ kind }) => kind === "model").map((model, i) => offer(model, i === 0))}
      {addOns.length > 0 && (
        <details class="add-on-kind" open={addOns.some(({ repo }) => downloadOf(repo) !== undefined)}>
          <summary>
            {t.models.moreOffers}
            <span class="count">{addOns.length}</span>
          </summary>
          {addOns.map((model) => offer(model, false))}
        </details>
      )}
      {others.map((download) => (
        <div key={download.repo} class="model-card">
          <b>{download.repo}</b>
          <Progress repo={download.repo} download={download} actions={actions} />
        </div>
      ))}
      <ByName actions={actions} />
    </section>
  );
}

/** A repository on Hugging Face that the designer knows. No form: the plugin's frame is not allowed to submit one. */
function ByName({ actions }: { actions: Actions }) {
  const [typed, setTyped] = useState("");
  const named = modelNamed(typed);
  const repo = named && "repo" in named ? named.repo : undefined;
  const download = () => {
    if (repo === undefined) return;
    void actions.download(repo);
    setTyped("");
  };
  return (
    <>
      <div class="by-name">
        <label class="field">
          <input
            type="text"
            aria-label={t.models.byNameLabel}
            placeholder={t.models.byName}
            spellcheck={false}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.isComposing) download();
            }}
          />
        </label>
        <button type="button" class="secondary small" disabled={repo === undefined} onClick={download}>
          {t.models.downloadIt}
        </button>
      </div>
      {named && "advice" in named && (
        <p class="secondary-text" role="status">
          {t.models[named.advice]}
        </p>
      )}
    </>
  );
}

interface OfferProps {
  readonly model: RecommendedModel;
  readonly device: DeviceInfo | null;
  /** The first to be had. */
  readonly isBest: boolean;
  readonly download: DownloadInfo | undefined;
  readonly actions: Actions;
}

function Offer({
  model: { repo, name, goodFor, bytes, memoryBytes, licence, commercialUse },
  download,
  device,
  isBest,
  actions,
}: OfferProps) {
  const fitness = fitnessOf({ memoryBytes }, device);
  return (
    <div class="model-card">
      <b>{said(name)}</b>
      {isBest && fitness === "fits" && (
        <p class="best">{t.models.best(t.models.use[commercialUse], device?.provider !== "cpu")}</p>
      )}
      {fitness !== "fits" && <p class="warning-text">{t.models.fitness[fitness]}</p>}
      <p class="secondary-text">
        {t.models.needs(inGigabytes(bytes), inGigabytes(memoryBytes), t.models.use[commercialUse])}
      </p>
      <p>{said(goodFor)}</p>
      <details>
        <summary>{t.models.licence}</summary>
        <p class="secondary-text">{said(licence)}</p>
      </details>
      <Progress repo={repo} download={download} actions={actions} />
    </div>
  );
}

function Progress({ repo, download, actions }: Pick<OfferProps, "download" | "actions"> & { readonly repo: string }) {
  if (download?.state === "running")
    return <Running download={download} onCancel={() => actions.cancelDownload(repo)} />;
  return (
    <>
      {download?.problem && (
        <div class="secondary-text" role="alert">
          <ProblemText problem={download.problem} />
        </div>
      )}
      <button type="button" class="secondary wide" onClick={() => actions.download(repo)}>
        {download ? t.common.tryAgain : t.models.downloadIt}
      </button>
      {download?.state === "failed" && (
        <button type="button" class="text-button" onClick={() => actions.cancelDownload(repo)}>
          {t.models.forget}
        </button>
      )}
    </>
  );
}

function Running({ download, onCancel }: { download: DownloadInfo; onCancel: () => void }) {
  const { done, total } = download;
  const share = total === 0 ? 0 : done / total;
  return (
    <div aria-live="polite">
      <div
        class="progress"
        role="progressbar"
        aria-label={t.models.downloading(download.repo)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <i style={{ width: `${share * 100}%` }} />
      </div>
      <p class="between">
        <span>{total === 0 ? t.models.lookingUp : t.models.doneOf(inGigabytes(done), inGigabytes(total))}</span>
        <button type="button" class="link" onClick={onCancel}>
          {t.common.cancel}
        </button>
      </p>
    </div>
  );
}

const inGigabytes = (bytes: number) =>
  bytes < 1e9 ? t.models.megabytes(Math.round(bytes / 1e6)) : t.models.gigabytes(bytes / 1e9);
