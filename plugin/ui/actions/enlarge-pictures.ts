/** Larger versions of finished pictures: asked for, and asked for again where they failed. */
import type { EnlargeRequest } from "../../../shared/enlarge.ts";
import { Problem } from "../../../shared/problem.ts";
import { changedPart } from "../pixels/enlarged-part.ts";
import { IMAGE, MASK } from "../request/build-request.ts";
import { chosenOf, enlargeChoices, enlargeRequest, factorsFor } from "../request/enlargement.ts";
import { hashesOf } from "../request/hashes-of.ts";
import { newId } from "../request/new-id.ts";
import type { Order } from "../request/prepare-run.ts";
import { newRun, type RunPlace } from "../request/run-place.ts";
import type { Picture } from "../state/picture.ts";
import type { Runner } from "./run.ts";

/** What was chosen of `enlargeChoices`. */
export interface EnlargeWish {
  readonly way: string;
  readonly factor: number;
}

interface Wish {
  readonly picture: Picture;
  readonly request: EnlargeRequest;
  readonly place: RunPlace;
}

/**
 * Each belongs to the run of its picture, so that it takes the placed one's place; those of several layers are a run of their own,
 * placed as they come. Without a wish: by what was chosen last, and twice as large. Where one can't be prepared the others go, and
 * its problem is thrown.
 */
export async function enlargePictures(runner: Runner, pictures: readonly Picture[], wish?: EnlargeWish): Promise<void> {
  const { store } = runner;
  if (wish) store.dispatch({ type: "settings", change: { enlargeBy: wish.way } });
  const { companion, settings } = store.state;
  const chosen = pictures.flatMap((picture) => {
    const choices = companion && enlargeChoices(picture, companion);
    return choices ? [{ picture, request: enlargeRequest(chosenOf(choices, settings, wish?.factor)) }] : [];
  });
  if (chosen.length === 0)
    throw new Problem("image-too-large", "This picture can't be made larger: Figma takes up to 4096 pixels a side.");
  const places = newRun(chosen.length, { batch: true });
  await submit(
    runner,
    chosen.map(({ picture, request }, i) => ({
      ...{ picture, request },
      place: picture.job.batch ? places[i]! : picture.job,
    })),
  );
}

/** Those that failed, as they were wished for, in their places. Problem "result-expired" where the picture itself is gone. */
export async function retryEnlarged(runner: Runner, failed: readonly Picture[]): Promise<void> {
  const { store, desk } = runner;
  const again = failed.map(({ job, recipe: { enlarged, enlargedFrom } }): Wish => {
    const picture = store.state.pictures.find((each) => each.job.job === enlargedFrom?.job);
    if (picture === undefined || enlarged === undefined)
      throw new Problem("result-expired", "The picture that this was to be made of is gone. Choose another one.");
    return { picture, request: enlarged, place: job };
  });
  await submit(runner, again);
  for (const { job } of failed) desk.release(job.job);
  store.dispatch({ type: "discarded", jobs: failed.map(({ job }) => job.job) });
}

async function submit(runner: Runner, wishes: readonly Wish[]): Promise<void> {
  const { store, desk } = runner;
  if (store.state.submitting) return;
  store.dispatch({ type: "submitting", submitting: true });
  const orders: Order[] = [];
  const problems: unknown[] = [];
  try {
    for (const wish of wishes)
      await prepare(runner, wish).then(
        (order) => orders.push(order),
        (error) => problems.push(error),
      );
    if (orders.length > 0) await desk.submit(orders);
  } finally {
    store.dispatch({ type: "submitting", submitting: false });
  }
  if (problems.length > 0) throw problems[0];
}

async function prepare({ history, main }: Runner, { picture, request, place }: Wish): Promise<Order> {
  const { recipe } = picture;
  const { ticket, mode, job: from } = picture.job;
  const { bytes } = await history.load(picture);
  const changed = recipe.mode === "fill" ? await changedPart(bytes, ticket, main) : undefined;
  if (changed && !factorsFor(changed.part, { whole: true }).includes(request.factor))
    throw new Problem(
      "image-too-large",
      `The part that changed has ${changed.part.width} × ${changed.part.height} pixels, and Figma takes up to 4096 a side.`,
    );
  const images = new Map(
    changed
      ? [
          [IMAGE, changed.image],
          [MASK, changed.mask],
        ]
      : [[IMAGE, bytes]],
  );
  const { run, index, of, batch, submittedAt } = place;
  const enlarged = { ...request, ...(changed && { mask: MASK }) };
  const job = { run, index, of, batch, submittedAt, job: newId(), mode, ticket, steps: request.detail?.steps ?? 1 };
  const source = { job: from, ...(changed && { part: changed.part }) };
  return { jobs: [{ job, recipe: { ...recipe, enlarged, enlargedFrom: source } }], images, hashes: hashesOf(images) };
}
