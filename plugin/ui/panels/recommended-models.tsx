import type { DownloadInfo, RecommendedModel } from "../../../shared/protocol.ts";
import type { State } from "../state.ts";
import type { Studio } from "../studio.ts";

/** Models that are worth having: how large, under which terms, and one button that brings them. */
export function RecommendedModels({ state: { recommended, downloads }, studio }: { state: State; studio: Studio }) {
  const missing = recommended.filter(({ installed }) => !installed);
  if (missing.length === 0) return null;
  return (
    <section>
      <h2>Download a model</h2>
      {missing.map((model) => (
        <Offer
          key={model.repo}
          model={model}
          download={downloads.find(({ repo }) => repo === model.repo)}
          studio={studio}
        />
      ))}
    </section>
  );
}

interface OfferProps {
  readonly model: RecommendedModel;
  readonly download: DownloadInfo | undefined;
  readonly studio: Studio;
}

function Offer({
  model: { repo, name, goodFor, bytes, memoryBytes, licence, commercialUse },
  download,
  studio,
}: OfferProps) {
  return (
    <div class="model-card">
      <b>{name}</b>
      <p class="secondary-text">
        {inGigabytes(bytes)} on disk · {inGigabytes(memoryBytes)} of memory · {USE[commercialUse]}
      </p>
      <p>{goodFor}</p>
      <details>
        <summary>Licence</summary>
        <p class="secondary-text">{licence}</p>
      </details>
      {download?.state === "running" ? (
        <Running download={download} onCancel={() => studio.cancelDownload(repo)} />
      ) : (
        <>
          {download?.problem && (
            <p class="secondary-text" role="alert">
              {download.problem.message}
            </p>
          )}
          <button type="button" class="secondary wide" onClick={() => studio.download(repo)}>
            {download ? "Try again" : "Download"}
          </button>
        </>
      )}
    </div>
  );
}

function Running({ download: { done, total }, onCancel }: { download: DownloadInfo; onCancel: () => void }) {
  const share = total === 0 ? 0 : done / total;
  return (
    <div aria-live="polite">
      <div class="progress">
        <i style={{ width: `${share * 100}%` }} />
      </div>
      <p class="between">
        <span>{total === 0 ? "Looking what is needed…" : `${inGigabytes(done)} of ${inGigabytes(total)}`}</span>
        <button type="button" class="link" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </div>
  );
}

const USE: Readonly<Record<RecommendedModel["commercialUse"], string>> = {
  allowed: "commercial use allowed",
  limited: "commercial use within limits",
  forbidden: "not for commercial use",
};

const inGigabytes = (bytes: number) =>
  bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
