import { autoV2 } from "../../../shared/licences.ts";
import type { DeviceInfo, ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { CopyText } from "../parts/copy-text.tsx";
import { Check, Warning } from "../parts/icons.tsx";
import { ProblemText } from "../parts/problem-text.tsx";
import { SidePicture } from "../parts/side-picture.tsx";
import { modelInUse } from "../state/model-in-use.ts";
import type { Companion, State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { licenceInWords } from "../text/licence-in-words.ts";
import { said } from "../text/said.ts";
import { AddOnsPanel } from "./add-ons.tsx";
import { deviceName } from "./header.tsx";
import { RecommendedModels } from "./recommended-models.tsx";

/** What paints, on what, and how to add a model of one's own. */
export function ModelsPanel({ state, actions }: { state: State; actions: Actions }) {
  const { companion } = state;
  if (companion === null) return null;
  const inUse = modelInUse(state);
  return (
    <>
      <section>
        <h2>{t.models.runsOn}</h2>
        <Device companion={companion} />
        <ContentFilter companion={companion} state={state} actions={actions} />
      </section>
      <section>
        <h2>{t.models.title}</h2>
        {companion.models.map((model) => (
          <ModelCard key={model.id} {...{ model, actions }} inUse={model === inUse} />
        ))}
        {companion.models.length === 0 && <p class="secondary-text">{t.models.none}</p>}
        {companion.modelProblems.map(({ name, problem }) => (
          <div key={name} class="fact">
            <span class="badge warn">
              <Warning />
            </span>
            <div>
              {name}
              <small>
                <ProblemText problem={problem} />
              </small>
            </div>
          </div>
        ))}
      </section>
      <AddOnsPanel companion={companion} state={state} actions={actions} />
      <RecommendedModels state={state} actions={actions} />
      <section>
        <h2>{t.models.addYourOwn}</h2>
        <p class="secondary-text">{t.models.addHow}</p>
        <CopyText text={companion.modelsFolder} />
        <button type="button" class="secondary wide" onClick={actions.listModels}>
          {t.models.lookAgain}
        </button>
      </section>
      <p class="hint aside">{t.connection.versions(companion.version, BUILD_ID)}</p>
    </>
  );
}

function Device({ companion: { device, engineProblem } }: { companion: Companion }) {
  const tone = engineProblem || device?.provider === "cpu" ? "warn" : "good";
  return (
    <div class="fact">
      <span class={`badge ${tone}`}>{tone === "good" ? <Check /> : <Warning />}</span>
      <div>
        {engineProblem ? <ProblemText problem={engineProblem} /> : deviceName(device)}
        <small>{device && whyNot(device)}</small>
      </div>
    </div>
  );
}

/** Why nothing faster is used. */
function whyNot({ provider, passedOver }: DeviceInfo): string {
  if (passedOver.length === 0) return provider === "cpu" ? t.models.slow : t.models.fastest;
  return passedOver.map((other) => `${other.provider}: ${said(other.reason)}`).join(" · ");
}

function ContentFilter({ companion, state, actions }: { companion: Companion; state: State; actions: Actions }) {
  const own = state.settings.contentFilter;
  const isOn = own || companion.contentFilter === "enforced";
  return (
    <div class="fact">
      <span class="badge good">
        <Check />
      </span>
      <div>
        {t.models.filterIs(isOn)}
        <small>{filterInWords(companion.contentFilter, own)}</small>
      </div>
      {companion.contentFilter === "off" && (
        <button
          type="button"
          class="link"
          role="switch"
          aria-checked={own}
          aria-label={t.models.filter}
          onClick={() => actions.set({ contentFilter: !own })}
        >
          {own ? t.models.turnOff : t.models.turnOn}
        </button>
      )}
    </div>
  );
}

function filterInWords(companion: Companion["contentFilter"], own: boolean): string {
  if (companion === "enforced") return t.models.filterEnforced;
  return own ? t.models.filterOn : t.models.filterOff;
}

function ModelCard({ model, inUse, actions }: { model: ModelInfo; inUse: boolean; actions: Actions }) {
  const { id, name, family, nativeSize, note, licence, provenance, references, inpainting, edits, sha256 } = model;
  const abilities = [
    family.like ? t.models.like(family.name) : family.name,
    `${nativeSize} px`,
    references && t.models.references,
    model.seesPictures && t.models.instructs,
    inpainting && t.models.forFill,
    edits && t.models.onlyEdits,
    model.splits && t.models.onlySplits,
  ];
  return (
    <div class={`model-card ${inUse ? "on" : ""}`}>
      <label>
        <input type="radio" name="model" checked={inUse} onChange={() => actions.chooseModel(id)} />
        <span>
          <b>{name}</b>
          <small>{abilities.filter(Boolean).join(" · ")}</small>
        </span>
        {model.thumbnail && <SidePicture pictures={actions.sidePictures} of={model} />}
      </label>
      {note && <p>{said(note)}</p>}
      {licence && <p class="secondary-text">{said(licenceInWords(licence))}</p>}
      {sha256 && (
        <p class="secondary-text" title={`SHA-256 ${sha256}`}>
          AutoV2 <code>{autoV2(sha256)}</code>
        </p>
      )}
      {provenance && provenance.length > 0 && (
        <details>
          <summary>{t.models.openSources(provenance.length)}</summary>
          <ul>
            {provenance.map((source) => (
              <li key={source.name}>
                {source.name} <span>{source.licence}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
