/** What a model's files draw, wherever they lie, and what the library says of a folder: the same questions to every family. */
import path from "node:path";
import { openLibrary } from "../../companion/library/library.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { openTestStudio, paint, request } from "../pipeline/studio-for-tests.ts";

const starter = path.join(__dirname, "../../starter/weights");

/** `folder`: the model as diffusers has it, whose picture is drawn once. */
export function drawingWith(fields: Partial<GenerateRequest>, folder: string) {
  const painted = async (place: string) => {
    const studio = openTestStudio(undefined, { it: place });
    try {
      return await paint(studio, request({ ...fields, model: "it" }));
    } finally {
      await studio.close();
    }
  };
  const traceOf = async (place: string) => (await painted(place)).trace;
  const draw = async (place: string) => (await painted(place)).result.png;
  let known: Promise<Uint8Array> | undefined;
  const folderPicture = () => {
    known ??= draw(folder);
    return known;
  };
  return { painted, traceOf, draw, folderPicture };
}

/** Ids of the models in a folder, and what is said of the files that are none. */
export async function listed(root: string) {
  const { models, problems } = await openLibrary({ folders: [root], starter }).list();
  return {
    models: models.filter(({ id }) => id !== "starter").map(({ id }) => id),
    problems: problems.map(({ problem }) => problem.message),
  };
}
