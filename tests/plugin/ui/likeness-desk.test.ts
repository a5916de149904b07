/** What the plugin asks of how alike pictures are: in parts, images once, and never left behind. */
import { LikenessDesk } from "../../../plugin/ui/actions/likeness-desk.ts";
import { LIKENESS_LIMITS } from "../../../shared/likeness.ts";
import type { ClientMessage, Submit } from "../../../shared/protocol.ts";

function open() {
  const sent: { message: ClientMessage; images: string[] }[] = [];
  const send = (message: ClientMessage, images: ReadonlyMap<string, Uint8Array> = new Map()) =>
    void sent.push({ message, images: [...images.keys()] });
  const desk = new LikenessDesk({ send });
  const submits = () => sent.flatMap(({ message }) => (message.type === "submit" ? [message] : []));
  const jobOf = (submit: Submit) => submit.jobs[0]!.job;
  const done = (submit: Submit, likeness: number[]) =>
    desk.onMessage({
      ...{ type: "done", job: jobOf(submit), task: submit.task },
      result: { attachments: [], seconds: 1, facts: { likeness: { found: likeness, unlike: 0.125 } } },
    });
  return { desk, sent, submits, jobOf, done };
}
const picture = (n: number) => Uint8Array.of(n);
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a picture that is asked about twice travels once, and its answer is acknowledged", async () => {
  const { desk, sent, submits, jobOf, done } = open();
  const asked = desk.judge({ model: "m", pictures: [picture(1), picture(2)], references: [picture(1)] });
  const [submit] = submits();
  expect(submit!.task).toEqual({
    kind: "likeness",
    request: { model: "m", pictures: ["picture.0", "picture.1"], references: ["reference.0"] },
  });
  expect(sent[0]!.images).toEqual(["picture.0", "picture.1"]);
  expect(done(submit!, [0.5, 0.25])).toBe(true);
  expect(await asked).toEqual([
    { value: 0.5, unlike: 0.125 },
    { value: 0.25, unlike: 0.125 },
  ]);
  expect(sent.at(-1)!.message).toEqual({ type: "acknowledge", job: jobOf(submit!) });
  expect(done(submit!, [0.5, 0.25])).toBe(false);
});

test("more than one task takes are asked one part after the other", async () => {
  const { desk, submits, done } = open();
  const count = LIKENESS_LIMITS.pictures + 1;
  const pictures = Array.from({ length: count }, (_, i) => Uint8Array.of(i % 256, i >> 8));
  const asked = desk.judge({ model: "m", pictures, references: [picture(1)] });
  done(
    submits()[0]!,
    Array.from({ length: LIKENESS_LIMITS.pictures }, () => 0.5),
  );
  await settle();
  expect(submits()).toHaveLength(2);
  done(submits()[1]!, [0.75]);
  expect((await asked).at(-1)).toEqual({ value: 0.75, unlike: 0.125 });
});

test("what is missing goes again, and a failure is told in the companion's words", async () => {
  const { desk, submits, jobOf } = open();
  const asked = desk.judge({ model: "m", pictures: [picture(1)], references: [picture(2)] });
  const job = jobOf(submits()[0]!);
  desk.onMessage({ type: "missing", jobs: [job], images: ["picture.0"] });
  expect(submits().map(jobOf)).toEqual([job, job]);
  desk.onMessage({ type: "failed", job, problem: { code: "model-not-found", message: "There is no encoder." } });
  await expect(asked).rejects.toThrow("There is no encoder.");
});

test.each([true, false])(
  "a broken connection ends what was asked; a companion that still has it (%s) is told",
  async (has) => {
    const { desk, sent, submits, jobOf } = open();
    const asked = desk.judge({ model: "m", pictures: [picture(1)], references: [picture(2)] });
    const job = jobOf(submits()[0]!);
    sent.length = 0;
    desk.onWelcome({ jobs: has ? [job] : [] });
    await expect(asked).rejects.toThrow("connection was lost");
    const told = [
      { type: "cancel", job },
      { type: "acknowledge", job },
    ];
    expect(sent.map(({ message }) => message)).toEqual(has ? told : []);
  },
);

test("what is another's is left to it", () => {
  const { desk } = open();
  expect(desk.onMessage({ type: "queued", job: "0".repeat(32), ahead: 0 })).toBe(false);
  expect(desk.onMessage({ type: "missing", jobs: ["0".repeat(32)], images: [] })).toBe(false);
});
