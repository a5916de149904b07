/** From "the designer pressed the button" to jobs with their images. */
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import type { OpenJob, Ticket } from "../../bridge.ts";
import { fillContext } from "../pixels/fill-context.ts";
import { type Placement, resultPlacement, sourcePlacement } from "../pixels/placement.ts";
import { maskOf, pictureAt, pictureOf } from "../pixels/raster.ts";
import { sourceScale } from "../pixels/source-scale.ts";
import { inUse } from "../state/in-use.ts";
import { modelInUse } from "../state/model-in-use.ts";
import type { State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import type { MainClient } from "../wires/main-client.ts";
import { buildRequest, IMAGE, type Intent, MASK, randomSeed, seedsOfRun, sizeAtModel } from "./build-request.ts";
import { toRecipe, writeRecipe } from "./recipe.ts";
import { takeControls } from "./take-controls.ts";
import { takeReferences } from "./take-references.ts";

/** A job that is ready to be sent. */
export interface Submission {
  readonly job: OpenJob;
  readonly request: GenerateRequest;
  readonly images: ReadonlyMap<string, Uint8Array>;
}

/** Takes the ticket and the pixels, and builds one job a picture. Problems say what the designer can do. */
export async function prepareRun(state: State, main: MainClient): Promise<Submission[]> {
  const model = modelInUse(state);
  const { mode, references } = state;
  const subject = subjectOf(state);
  if (model === null)
    throw new Problem("model-not-found", "There is no model yet. Put one into the models folder, then try again.");
  if (subject === null) throw new Problem("selection-unsupported", "Select one layer to paint into.");
  const mask = mode === "fill" ? subject.mask?.id : undefined;
  if (mode === "fill" && mask === undefined)
    throw new Problem("mask-empty", "Put a shape over a picture and select it: the shape says where to repaint.");

  const ticket = await main.call("take-ticket", { target: subject.target.id, ...(mask && { mask }) });
  const images = new Map<string, Uint8Array>();
  const fill = mode === "fill" ? await takeFill(ticket, main, images) : null;
  const used = model.references ? references : [];
  const intent: Intent = {
    mode,
    model,
    prompt: state.prompt,
    settings: state.settings,
    references: used,
    use: inUse(state, model),
    target: ticket,
    fill,
  };
  if (mode === "edit") await takePicture(ticket, main, { images, intent });
  const placed = { placement: placementOf(intent, ticket), images };
  await takeReferences(used, main, placed);
  await takeControls(intent.use.controls, main, placed);
  return submissions(intent, { ticket, images, maskName: subject.mask?.name });
}

/** Of what the model makes, or in Fill of the picture that it sees a part of. */
function placementOf(intent: Intent, ticket: Ticket): Placement {
  const { fill, model, settings } = intent;
  if (!fill?.maskBounds) return resultPlacement(ticket, sizeAtModel(intent));
  const { source, maskBounds } = fill;
  return sourcePlacement(ticket, source, fillContext({ source, maskBounds }, { model, detail: settings.detail }));
}

async function takeFill(ticket: Ticket, main: MainClient, images: Map<string, Uint8Array>) {
  const scale = sourceScale(ticket);
  if (scale < 1)
    throw new Problem(
      "image-too-large",
      `“${ticket.name}” is ${Math.round(ticket.width)} × ${Math.round(ticket.height)} pixels, and Fill repairs pictures of up to 4096 a side. Select a smaller part of it.`,
    );
  const node = ticket.target;
  const picture = await pictureOf(
    ticket,
    await main.call("export-layer", { node, scale, bounds: "box", ...hide(ticket) }),
    scale,
  );
  const exported = await main.call("export-layer", { node: ticket.mask!, scale, bounds: "rendered" });
  const mask = await maskOf(ticket, exported, picture.size);
  if (mask.bounds === null)
    throw new Problem(
      "mask-empty",
      "The shape does not cover any of the picture. Give it a fill and put it over the picture.",
    );
  images.set(IMAGE, picture.bytes);
  images.set(MASK, mask.bytes);
  return { source: picture.size, maskBounds: mask.bounds };
}

const hide = ({ mask }: Ticket) => (mask === undefined ? {} : { without: mask });

async function takePicture(
  ticket: Ticket,
  main: MainClient,
  { images, intent }: { images: Map<string, Uint8Array>; intent: Intent },
): Promise<void> {
  const size = sizeAtModel(intent);
  const scale = Math.min(4, Math.max(size.width / ticket.width, size.height / ticket.height));
  const exported = await main.call("export-layer", { node: ticket.target, scale, bounds: "box" });
  images.set(IMAGE, await pictureAt(ticket, exported, size));
}

function submissions(
  intent: Intent,
  {
    ticket,
    images,
    maskName,
  }: { ticket: Ticket; images: ReadonlyMap<string, Uint8Array>; maskName: string | undefined },
): Submission[] {
  const run = newId();
  const submittedAt = Date.now();
  const { count, seed, seedLocked } = intent.settings;
  return seedsOfRun({ count, seed: seedLocked ? seed : randomSeed() }).map((seedOfPicture, index) => {
    const request = buildRequest(intent, seedOfPicture);
    const recipe = writeRecipe({
      version: 1,
      mode: intent.mode,
      model: intent.model.name,
      target: { id: ticket.target, name: ticket.name },
      ...(ticket.mask !== undefined && { mask: { id: ticket.mask, name: maskName ?? "" } }),
      references: intent.references.map(toRecipe),
      controls: intent.use.controls.map(toRecipe),
      request,
    });
    const job: OpenJob = {
      job: newId(),
      run,
      index,
      of: count,
      mode: intent.mode,
      ticket,
      recipe,
      steps: request.steps,
      submittedAt,
    };
    return { job, request, images };
  });
}

/** 32 hexadecimal digits. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
