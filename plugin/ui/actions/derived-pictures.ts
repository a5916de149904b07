/** Pictures that are made of finished ones: prepared, sent, and asked for again where they failed. */
import type { EnlargeRequest } from "../../../shared/enlarge.ts";
import type { EnlargeTask, MatteTask } from "../../../shared/job.ts";
import { Problem } from "../../../shared/problem.ts";
import { changedPart } from "../pixels/enlarged-part.ts";
import { IMAGE, MASK } from "../request/build-request.ts";
import { factorsFor, isWithinTarget } from "../request/enlargement.ts";
import { hashesOf } from "../request/hashes-of.ts";
import { newId } from "../request/new-id.ts";
import type { Order } from "../request/prepare-run.ts";
import type { RunPlace } from "../request/run-place.ts";
import type { Picture } from "../state/picture.ts";
import { taskOf } from "../state/recipe.ts";
import type { Runner } from "./run.ts";

export interface Wish {
  readonly picture: Picture;
  readonly task: EnlargeTask | MatteTask;
  readonly place: RunPlace;
}

/** Those that failed, as they were wished for, in their places. Problem "result-expired" where the picture itself is gone. */
export async function retryDerived(runner: Runner, failed: readonly Picture[]): Promise<void> {
  const { store, desk } = runner;
  const again = failed.map(({ job, recipe }): Wish => {
    const picture = store.state.pictures.find((each) => each.job.job === recipe.enlargedFrom?.job);
    const task = taskOf(recipe);
    if (picture === undefined || task.kind === "generate")
      throw new Problem("result-expired", "The picture that this was to be made of is gone. Choose another one.");
    return { picture, task, place: job };
  });
  await submitDerived(runner, again);
  for (const { job } of failed) desk.release(job.job);
  store.dispatch({ type: "discarded", jobs: failed.map(({ job }) => job.job) });
}

/** Where one can’t be prepared the others go, and its problem is thrown. */
export async function submitDerived(runner: Runner, wishes: readonly Wish[]): Promise<void> {
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

async function prepare(runner: Runner, { picture, task, place }: Wish): Promise<Order> {
  const { bytes, width, height } = await runner.history.load(picture);
  const { ticket, mode, job: from } = picture.job;
  const { images, change, part } =
    task.kind === "matte"
      ? { images: new Map([[IMAGE, bytes]]), change: { matted: task.request, last: "matte" as const }, part: undefined }
      : await prepareEnlargement(runner, { picture, bytes, request: task.request });
  const { run, index, of, batch, submittedAt } = place;
  const steps = task.kind === "enlarge" ? (task.request.detail?.steps ?? 1) : 1;
  const job = { run, index, of, batch, submittedAt, job: newId(), mode, ticket, steps };
  const painted = picture.recipe.enlargedFrom?.painted ?? { width, height };
  const enlargedFrom = { job: from, painted, ...(part && { part }) };
  return { jobs: [{ job, recipe: { ...picture.recipe, ...change, enlargedFrom } }], images, hashes: hashesOf(images) };
}

interface ToEnlarge {
  readonly picture: Picture;
  readonly bytes: Uint8Array;
  readonly request: EnlargeRequest;
}

/** Of a Fill within its target it is the part that it changed. */
async function prepareEnlargement({ main }: Runner, { picture, bytes, request }: ToEnlarge) {
  const last = "enlarge" as const;
  if (!isWithinTarget(picture.recipe))
    return { images: new Map([[IMAGE, bytes]]), change: { enlarged: request, last }, part: undefined };
  const { part, image, mask } = await changedPart(bytes, picture.job.ticket, main);
  if (!factorsFor(part, { whole: true }).includes(request.factor))
    throw new Problem(
      "image-too-large",
      `The part that changed has ${part.width} × ${part.height} pixels, and Figma takes up to 4096 a side.`,
    );
  const images = new Map([
    [IMAGE, image],
    [MASK, mask],
  ]);
  return { images, change: { enlarged: { ...request, mask: MASK }, last }, part };
}
