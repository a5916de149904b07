/** From "the designer pressed the button" to jobs with their images. */
import { boundsOf, compose } from "../../../shared/affine.ts";
import type { Rect } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import { type MaskShape, type Ticket, unseenOf } from "../../bridge.ts";
import { type Placement, resultPlacement, sourcePlacement } from "../pixels/placement.ts";
import { pictureAt, wholePicture } from "../pixels/raster.ts";
import { readSourcePng } from "../pixels/read-source.ts";
import { exportedScale, type SourceRaster, sourceRaster } from "../pixels/source-raster.ts";
import type { NewJob } from "../state/events.ts";
import { type LayerRef, type Recipe, toRecipe } from "../state/recipe.ts";
import type { MainClient } from "../wires/main-client.ts";
import { askedFor } from "./asked-for.ts";
import { askedOnce } from "./asked-once.ts";
import { buildRequest, IMAGE, MASK, type MeasuredIntent, sizeAtModel } from "./build-request.ts";
import { contextOfFill } from "./fill-region.ts";
import { layersNow } from "./followed-layer.ts";
import { hashesOf } from "./hashes-of.ts";
import type { Intent } from "./intent.ts";
import { newId } from "./new-id.ts";
import { newRun, type RunPlace } from "./run-place.ts";
import { takeControls } from "./take-controls.ts";
import { takeLetters } from "./take-letters.ts";
import { describeMasks, takeMask } from "./take-mask.ts";
import { takeReferences } from "./take-references.ts";
import { ticketTexts } from "./texts-of-row.ts";

/** Jobs that are ready to be sent: one task with several seeds, and its images once. */
export interface Order {
  readonly jobs: readonly NewJob[];
  readonly images: ReadonlyMap<string, Uint8Array>;
  /** Of each image's bytes, hexadecimal SHA-256. */
  readonly hashes: ReadonlyMap<string, string>;
}

/**
 * Takes the tickets and the pixels, and builds one job a picture: an order for each intent. `places`: for all their jobs;
 * absent: they are a run of their own. Problems say what the designer can do.
 */
export async function prepareRun(
  intents: readonly Intent[],
  main: MainClient,
  places: readonly RunPlace[] = newRun(intents.flatMap(({ seeds }) => seeds).length, { batch: intents.length > 1 }),
): Promise<Order[]> {
  const once = askedOnce(main);
  const left = [...places];
  const orders: Order[] = [];
  for (const intent of intents) orders.push(await prepareOrder(intent, once, left.splice(0, intent.seeds.length)));
  return orders;
}

async function prepareOrder(intent: Intent, main: MainClient, places: readonly RunPlace[]): Promise<Order> {
  const { mode, references, use } = intent;
  const { target, mask, alsoMasks = [] } = intent.layers;
  const masks = mask && { mask: mask.id, alsoMasks: alsoMasks.map(({ id }) => id) };
  const { expand } = intent;
  const [ticket] = await Promise.all([
    main.call("take-ticket", {
      ...{ target: target.id, ...masks, ...(expand && { expand }) },
      ...ticketTexts(intent, intent.settings),
    }),
    // Asked for by the way: it is known then when the masks are taken.
    mode === "fill" && masks && describeMasks(masks, main),
  ]);
  const images = new Map<string, Uint8Array>();
  const fill = mode === "fill" ? await takeFill(ticket, main, { images, shape: intent.settings.maskShape }) : null;
  const calmPixels = fill && intent.calm?.map((area) => onRaster(area, fill.raster));
  const measured: MeasuredIntent = { ...intent, target: ticket, fill, ...(calmPixels && { calmPixels }) };
  if (mode === "edit") await takePicture(ticket, main, { images, intent: measured });
  const placement = placementOf(measured, ticket, fill?.raster);
  const layers = await layersNow(
    [...[...references, ...use.controls].flatMap(layersOf), ...(intent.painted ?? [])],
    main,
  );
  await takeReferences(references, main, { placement, images, layers });
  await takeControls(use.controls, main, { placement, images, layers });
  await takeLetters(intent.painted ?? [], main, { placement, images, layers });
  const hashes = hashesOf(images);
  return { jobs: jobsOf(measured, { ticket, hashes }, places), images, hashes };
}

/** Of an area in the target's own space: its bounds on the raster. */
const onRaster = ({ x, y, width, height }: Rect, { fromTarget }: SourceRaster): Rect =>
  boundsOf(
    compose(fromTarget, [
      [1, 0, x],
      [0, 1, y],
    ]),
    width,
    height,
  );

/** The layers that a followed one needs. */
const layersOf = ({ layer, within }: { readonly layer: LayerRef; readonly within?: LayerRef }) =>
  within === undefined ? [layer] : [layer, within];

/** Of what the model makes, or in Fill of the picture that it sees a part of. */
function placementOf(intent: MeasuredIntent, ticket: Ticket, raster: SourceRaster | undefined): Placement {
  const { fill, model, settings } = intent;
  if (!fill?.maskBounds || raster === undefined) return resultPlacement(ticket, sizeAtModel(intent));
  const { maskBounds } = fill;
  return sourcePlacement(ticket, raster, contextOfFill({ ...fill, maskBounds }, { model, settings }));
}

async function takeFill(
  ticket: Ticket,
  main: MainClient,
  { images, shape }: { images: Map<string, Uint8Array>; shape: MaskShape },
) {
  if (ticket.picture === undefined && exportedScale(ticket) < 1)
    throw new Problem(
      "image-too-large",
      `“${ticket.name}” is ${Math.round(ticket.width)} × ${Math.round(ticket.height)} pixels, and Fill repairs pictures of up to 4096 a side. Select a smaller part of it.`,
    );
  const reading = readSourcePng(ticket, main);
  // Only of what is taken as drawn the size is not known before.
  const raster = ticket.picture === undefined ? (await reading).raster : sourceRaster(ticket);
  const taking = takeMask({ target: ticket, raster, shape }, main).then(async (mask) => {
    if (mask.bounds === null)
      throw new Problem(
        "mask-empty",
        "The shape does not cover any of the picture. Give it a fill and put it over the picture.",
      );
    return { maskBounds: mask.bounds, png: await mask.toPng() };
  });
  const [source, mask] = await Promise.all([reading, taking]);
  images.set(IMAGE, source.png);
  images.set(MASK, mask.png);
  return { raster, source: raster.size, scale: raster.scale, maskBounds: mask.maskBounds, expand: ticket.expand };
}

async function takePicture(
  ticket: Ticket,
  main: MainClient,
  { images, intent }: { images: Map<string, Uint8Array>; intent: MeasuredIntent },
): Promise<void> {
  const size = sizeAtModel(intent);
  const scale = Math.min(4, Math.max(size.width / ticket.width, size.height / ticket.height));
  const exported = await main.call("export-layer", {
    ...{ node: ticket.target, scale, bounds: "box", without: unseenOf(ticket) },
    ...(intent.withoutResults && { withoutResults: true }),
  });
  images.set(IMAGE, await (intent.split ? wholePicture(ticket, exported, scale) : pictureAt(ticket, exported, size)));
}

function jobsOf(
  intent: MeasuredIntent,
  { ticket, hashes }: { readonly ticket: Ticket; readonly hashes: ReadonlyMap<string, string> },
  places: readonly RunPlace[],
): NewJob[] {
  const { mode, model, layers, seeds } = intent;
  return seeds.map((seed, index) => {
    const request = buildRequest(intent, seed);
    const recipe: Recipe = {
      version: 1,
      mode,
      model: model.name,
      target: { id: ticket.target, name: ticket.name },
      ...(layers.mask && { mask: toRef(layers.mask), maskShape: intent.settings.maskShape }),
      ...(layers.alsoMasks && { alsoMasks: layers.alsoMasks.map(toRef) }),
      ...(intent.draft && { draft: intent.draft }),
      ...(intent.filling?.kind && { fillKind: intent.filling.kind }),
      ...(intent.texts && { texts: intent.texts.map(toRef), seesTexts: intent.settings.seesTexts }),
      ...(intent.painted && { painted: intent.painted.map(toRef) }),
      ...(intent.expand && { expand: intent.expand }),
      ...(intent.calm && { calm: [...intent.calm] }),
      references: intent.references.map(toRecipe),
      ...(intent.typed !== undefined && { typed: intent.typed }),
      ...(intent.rolesTold !== undefined && { rolesTold: intent.rolesTold }),
      controls: intent.use.controls.map(toRecipe),
      asked: askedFor({ mode, request, hashes }),
      request,
    };
    return { job: { ...places[index]!, job: newId(), mode, ticket, steps: request.steps }, recipe };
  });
}

const toRef = ({ id, name }: LayerRef): LayerRef => ({ id, name });
