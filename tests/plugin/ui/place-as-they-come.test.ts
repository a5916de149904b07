import type { CallInput } from "../../../plugin/bridge.ts";
import { placeAsTheyCome } from "../../../plugin/ui/actions/place-as-they-come.ts";
import { putOnCanvas } from "../../../plugin/ui/actions/place-picture.ts";
import type { Runner } from "../../../plugin/ui/actions/run.ts";
import type { Picture } from "../../../plugin/ui/state/picture.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import { Problem } from "../../../shared/problem.ts";
import { newJob, recipe, ticket } from "./fixtures.ts";

type Placing = CallInput<"place-layer">;

function setUp(place: (input: Placing) => Promise<{ node: string }>) {
  const store = new Store();
  const released: string[] = [];
  const calls: Placing[] = [];
  const main = {
    call: async (_name: string, input: Placing) => {
      calls.push(input);
      return place(input);
    },
  };
  const desk = { release: (job: string) => void released.push(job) };
  const history = { load: async ({ image: its }: Picture) => its! };
  const runner = { store, main, desk, history } as unknown as Runner;
  placeAsTheyCome(runner);
  const image = { url: "", bytes: new Uint8Array([1]), width: 8, height: 8 };
  const more = {
    seconds: 1,
    tokens: 1,
    droppedText: null,
    weightBits: null,
    paletteDistance: null,
    thrift: null,
    recipe,
  };
  const finish = (job: string) => store.dispatch({ type: "done", job, image, ...more });
  const submit = (id: string, target: string, change: object = {}) => {
    const about = { batch: true, run: id, ticket: { ...ticket, target }, ...change };
    store.dispatch({ type: "submitted", jobs: [newJob(id, about)] });
  };
  const isOpen = ({ job, phase, placed, problem }: Picture) =>
    job.batch && phase === "done" && !placed && problem === null;
  const settled = async () => {
    while (store.state.pictures.some(isOpen)) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const picture = (id: string) => store.state.pictures.find(({ job }) => job.job === id)!;
  return { store, runner, released, calls, finish, submit, settled, picture };
}

test("pictures of several layers are placed one after the other, as they come", async () => {
  let open = 0;
  let most = 0;
  const it = setUp(async ({ ticket: { target } }) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 1));
    open--;
    return { node: `in ${target}` };
  });
  for (const id of ["a", "b"]) it.submit(id, id);
  it.submit("single", "c", { batch: false });
  for (const id of ["b", "a", "single"]) it.finish(id);
  await it.settled();
  expect(it.calls.map(({ job }) => job)).toEqual(["b", "a"]);
  expect(most).toBe(1);
  expect([it.picture("a").placed, it.picture("single").placed]).toEqual([true, false]);
  expect(it.released).toEqual(["b", "a"]);
  expect(it.store.state.chosen).toBe("single");
  it.submit("c", "c", { submittedAt: 2 });
  it.finish("c");
  await it.settled();
  // The list of layers has the footer to itself.
  expect(it.store.state.chosen).toBe(null);
});

test("where one can't be placed its row says why, and the others go on", async () => {
  const it = setUp(async ({ job }) => {
    if (job === "a") throw new Problem("target-gone", "“A” was deleted.");
    return { node: job };
  });
  for (const id of ["a", "b"]) it.submit(id, id);
  for (const id of ["a", "b"]) it.finish(id);
  await it.settled();
  expect(it.picture("a")).toMatchObject({ phase: "done", placed: false, problem: { code: "target-gone" } });
  expect(it.picture("b").placed).toBe(true);
  expect(it.released).toEqual(["b"]);
});

test("a cancelled one stays in the list, to be painted after all", () => {
  const it = setUp(async () => ({ node: "n" }));
  it.submit("a", "a");
  it.store.dispatch({ type: "cancelled", job: "a" });
  expect(it.picture("a").phase).toBe("unsent");
});

test("a picture takes the place of others of its own target only, and of what several layers brought before", async () => {
  const it = setUp(async ({ job }) => ({ node: `layer of ${job}` }));
  const bring = async (id: string, target: string) => {
    it.submit(id, target);
    it.finish(id);
    await it.settled();
  };
  await bring("a", "1");
  await bring("b", "2");
  await bring("c", "1");
  expect(it.calls.map(({ replaces }) => replaces)).toEqual([[], [], ["layer of a"]]);
  // Pictures of one run that spans layers.
  for (const id of ["d", "e"]) {
    it.submit(id, id, { run: "one", batch: false });
    it.finish(id);
    await putOnCanvas(it.runner, it.picture(id), "over");
  }
  expect(it.calls.at(-1)!.replaces).toEqual([]);
});
