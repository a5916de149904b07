import { familyInWords } from "../../../shared/family-in-words.ts";
import { autoV2, licenceInWords } from "../../../shared/licences.ts";
import type { DeviceInfo, ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { CopyText } from "../parts/copy-text.tsx";
import { Check, Warning } from "../parts/icons.tsx";
import { SidePicture } from "../parts/side-picture.tsx";
import { modelInUse } from "../state/model-in-use.ts";
import type { Companion, State } from "../state/state.ts";
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
        <h2>Runs on this computer</h2>
        <Device companion={companion} />
        <ContentFilter companion={companion} state={state} actions={actions} />
      </section>
      <section>
        <h2>Models</h2>
        {companion.models.map((model) => (
          <ModelCard key={model.id} {...{ model, actions }} inUse={model === inUse} />
        ))}
        {companion.models.length === 0 && <p class="secondary-text">There is no model yet.</p>}
        {companion.modelProblems.map(({ name, problem }) => (
          <div key={name} class="fact">
            <span class="badge warn">
              <Warning />
            </span>
            <div>
              {name}
              <small>{problem.message}</small>
            </div>
          </div>
        ))}
      </section>
      <AddOnsPanel companion={companion} state={state} actions={actions} />
      <RecommendedModels state={state} actions={actions} />
      <section>
        <h2>Add your own</h2>
        <p class="secondary-text">
          Put Stable Diffusion models and what belongs to them, .safetensors files or diffusers folders, into this
          folder. They are told apart by what is in them, and used as they are: nothing is converted.
        </p>
        <CopyText text={companion.modelsFolder} />
        <button type="button" class="secondary wide" onClick={actions.listModels}>
          Look again
        </button>
      </section>
      <p class="hint aside">
        Companion {companion.version} · plugin {BUILD_ID}
      </p>
    </>
  );
}

function Device({ companion: { device, engineProblem } }: { companion: Companion }) {
  const tone = engineProblem || device?.provider === "cpu" ? "warn" : "good";
  return (
    <div class="fact">
      <span class={`badge ${tone}`}>{tone === "good" ? <Check /> : <Warning />}</span>
      <div>
        {engineProblem?.message ?? deviceName(device)}
        <small>{device && whyNot(device)}</small>
      </div>
    </div>
  );
}

/** Why nothing faster is used. */
function whyNot({ provider, passedOver }: DeviceInfo): string {
  if (passedOver.length === 0) return provider === "cpu" ? "Slow, but it works." : "The fastest this computer has.";
  return passedOver.map((other) => `${other.provider}: ${other.reason}`).join(" · ");
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
        Content filter is {isOn ? "on" : "off"}
        <small>{filterInWords(companion.contentFilter, own)}</small>
      </div>
      {companion.contentFilter === "off" && (
        <button
          type="button"
          class="link"
          role="switch"
          aria-checked={own}
          aria-label="Content filter"
          onClick={() => actions.set({ contentFilter: !own })}
        >
          {own ? "Turn off" : "Turn on"}
        </button>
      )}
    </div>
  );
}

function filterInWords(companion: Companion["contentFilter"], own: boolean): string {
  if (companion === "enforced") return "Whoever runs the companion decided so: only models that bring one can paint.";
  return own ? "Only models that bring one can paint." : "Pictures are shown as they are drawn.";
}

function ModelCard({ model, inUse, actions }: { model: ModelInfo; inUse: boolean; actions: Actions }) {
  const { id, name, family, nativeSize, note, licence, provenance, references, inpainting, edits, sha256 } = model;
  const abilities = [
    familyInWords(family),
    `${nativeSize} px`,
    references && "references",
    model.seesPictures && "edits by instruction",
    inpainting && "made for Fill",
    edits && "only edits",
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
      {note && <p>{note}</p>}
      {licence && <p class="secondary-text">{licenceInWords(licence)}</p>}
      {sha256 && (
        <p class="secondary-text" title={`SHA-256 ${sha256}`}>
          AutoV2 <code>{autoV2(sha256)}</code>
        </p>
      )}
      {provenance && provenance.length > 0 && (
        <details>
          <summary>Trained only on {provenance.length} openly licensed sources</summary>
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
