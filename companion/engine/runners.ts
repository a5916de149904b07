/** How the engine does each kind of task. A new kind is a row here and one of `TASKS` in shared/job.ts. */
import { PICTURE, type Result, type Task, type TaskKind, type TaskOf } from "../../shared/job.ts";
import type { LikenessRequest } from "../../shared/likeness.ts";
import { layerAttachment } from "../../shared/split.ts";
import { enlargePicture } from "../pipeline/enlarge/enlarge-picture.ts";
import type { PipelineEvent } from "../pipeline/events.ts";
import { generate } from "../pipeline/generate.ts";
import { judgeLikeness } from "../pipeline/likeness/judge-likeness.ts";
import { mattePicture } from "../pipeline/matte/matte-picture.ts";
import type { PipelineStudio } from "../pipeline/open-studio.ts";

export interface Work {
  /** Steps that are expected, until the work says. */
  readonly steps: number;
  /** Yields how it goes, returns what it brings but for how long it took. To cancel, stop iterating. */
  readonly events: AsyncGenerator<PipelineEvent, Omit<Result, "seconds">>;
}

export interface Means {
  readonly images: ReadonlyMap<string, Uint8Array>;
  readonly studio: PipelineStudio;
  /** Of the rung of pipeline/ladder.ts on which the work begins. */
  readonly level: number;
}

type Runner<K extends TaskKind> = (task: TaskOf<K>, means: Means) => Work;

const RUNNERS: { readonly [K in TaskKind]: Runner<K> } = {
  generate: ({ request }, { images, studio, level }) => ({
    steps: request.steps,
    events: picture(generate(request, images, studio, { level })),
  }),
  enlarge: ({ request }, { images, studio, level }) => ({
    // One part, until it is known how many there are.
    steps: 1,
    events: pictureAlone(enlargePicture(request, images, studio, { level })),
  }),
  matte: ({ request }, { images, studio, level }) => ({
    steps: 1,
    events: pictureAlone(mattePicture(request, images, studio, { level })),
  }),
  likeness: ({ request }, { images, studio }) => ({
    steps: request.pictures.length,
    events: numbersAlone(request, { images, studio }),
  }),
};

async function* numbersAlone(
  request: LikenessRequest,
  { images, studio }: Pick<Means, "images" | "studio">,
): Work["events"] {
  return { attachments: [], facts: { likeness: yield* judgeLikeness(request, images, studio) } };
}

/** Of a work that brings nothing but a picture. */
async function* pictureAlone(
  events: ReturnType<typeof enlargePicture> | ReturnType<typeof mattePicture>,
): Work["events"] {
  const { png, width, height, thrift } = { thrift: undefined, ...(yield* events) };
  return {
    attachments: [{ name: PICTURE, mediaType: "image/png", width, height, bytes: png }],
    facts: { ...(thrift && { thrift }) },
  };
}

async function* picture(events: ReturnType<typeof generate>): Work["events"] {
  const { png, gif, layers = [], width, height, ...about } = yield* events;
  const { tokens, droppedText, weightBits, thrift, paletteDistance, drift } = about;
  const moving = gif && ({ mediaType: "image/gif", bytes: gif } as const);
  return {
    attachments: [
      { name: PICTURE, width, height, ...(moving ?? { mediaType: "image/png", bytes: png }) },
      ...layers.map((bytes, i) => ({
        name: layerAttachment(i),
        mediaType: "image/png" as const,
        width,
        height,
        bytes,
      })),
    ],
    facts: {
      tokens,
      ...(droppedText !== undefined && { droppedText }),
      ...(weightBits && { weightBits }),
      ...(thrift && { thrift }),
      ...(paletteDistance && { paletteDistance }),
      ...(drift && { drift }),
    },
  };
}

export const workFor = (task: Task, means: Means): Work => (RUNNERS[task.kind] as Runner<TaskKind>)(task, means);
