/** What a picture is planned to take of the memory is what it takes: pictures that the model sees count by their own sizes. */
import { encodePng } from "../../companion/image/encode.ts";
import { placesIn } from "../../companion/pipeline/latent/latent-space.ts";
import { prepareJob } from "../../companion/pipeline/prepare.ts";
import type { Tensor } from "../../companion/tensor.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { KONTEXT } from "../checkpoint/flux1-sample.ts";
import { KLEIN } from "../checkpoint/klein-sample.ts";
import { QWEN_IMAGE_EDIT } from "../checkpoint/qwen-image-sample.ts";
import { openTestStudio, request } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { klein: KLEIN, kontext: KONTEXT, edit: QWEN_IMAGE_EDIT });
afterAll(() => studio.close());

const picture = (width: number, height: number) =>
  encodePng({ width, height, data: new Uint8Array(width * height * 4).fill(200) });
const reference = (image: GenerateRequest["references"][number]["image"], weight = 1) => ({
  ...{ image, weight, start: 0, end: 1 },
});
const three = [reference("small"), reference(["wide", "tall"])];

test.each<[string, Partial<GenerateRequest>]>([
  ["klein", {}],
  ["klein", { references: three }],
  ["klein", { references: [reference("small", 0), reference("tall")] }],
  ["klein", { image: "wide", references: three.slice(0, 1) }],
  ["klein", { image: "wide", strength: 0.5 }],
  ["klein", { image: "wide", mask: "hole", references: three.slice(0, 1) }],
  ["kontext", { image: "wide" }],
  ["kontext", { image: "tall", strength: 0.5 }],
  ["kontext", {}],
  ["edit", { image: "tall", references: three.slice(0, 1) }],
])("of %s with %j", async (model, fields) => {
  const images = new Map([
    ["small", await picture(24, 40)],
    ["wide", await picture(150, 64)],
    ["tall", await picture(33, 90)],
    ["hole", await picture(150, 64)],
  ]);
  const wanted = request({ model, steps: 2, guidanceScale: 1, width: 64, height: 32, ...fields });
  const job = await prepareJob(wanted, images, studio);
  const { references } = (await job.family.encode(job, new Map())) as unknown as { references: readonly Tensor[] };
  const seen = references.map(({ dims }) => (dims[2]! * dims[3]! * job.latent.factor ** 2) / job.latent.multiple ** 2);
  const all = seen.reduce((sum, places) => sum + places, placesIn(job.latent, job.canvas.size));
  expect(job.family.runSize!(job).symbols!.S).toBe(all);
});

test("a picture that lies on its side counts as it is seen, upright", async () => {
  const { default: sharp } = await import("sharp");
  const side = { create: { width: 40, height: 200, channels: 3, background: "red" } } as const;
  const turned = new Uint8Array(await sharp(side).jpeg().withMetadata({ orientation: 6 }).toBuffer());
  const job = await prepareJob(
    request({ model: "klein", guidanceScale: 1, references: [reference("turned")] }),
    new Map([["turned", turned]]),
    studio,
  );
  expect(job.given.get("turned")).toEqual({ width: 200, height: 40 });
});
