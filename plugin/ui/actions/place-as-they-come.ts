import { Problem } from "../../../shared/problem.ts";
import type { Picture } from "../state/picture.ts";
import { putOnCanvas } from "./place-picture.ts";
import type { Runner } from "./run.ts";

/** Pictures of several layers at once are placed as they come, one after the other; where one can't be, its row says why. */
export function placeAsTheyCome(runner: Runner): void {
  const { store } = runner;
  let turn = Promise.resolve();
  const placeNow = async (job: string) => {
    const picture = store.state.pictures.find((each) => each.job.job === job);
    if (picture === undefined || !waitsForPlace(picture)) return;
    try {
      await putOnCanvas(runner, picture, "over");
    } catch (error) {
      const problem = Problem.from(error);
      if (problem.code === "internal") console.error(error);
      store.dispatch({ type: "not-placed", job, problem: problem.toJSON() });
    }
  };
  store.subscribe((state, before) => {
    if (state.pictures === before.pictures) return;
    const known = new Set(before.pictures.filter(({ phase }) => phase === "done").map(({ job }) => job.job));
    for (const { job } of state.pictures.filter((picture) => waitsForPlace(picture) && !known.has(picture.job.job)))
      turn = turn.then(() => placeNow(job.job));
  });
}

const waitsForPlace = ({ job, phase, image, placed, problem }: Picture) =>
  job.batch && phase === "done" && image !== null && !placed && problem === null;
