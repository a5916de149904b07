/** What the bench's command line takes, and what it refuses. */
import { BENCH_PARTS, BENCH_USAGE, markOf, PARTS, parseBench } from "../../companion/bench/parts.ts";

test("a part gets the options that it takes, read", () => {
  const argv = ["--peers", "--shapes", "sdxl", "--rows", "open,step", "--with", "ours,f32", "--rounds", "2"];
  const { name, options, write } = parseBench([...argv, "--write"]);
  expect({ name, options, write }).toEqual({
    name: "peers",
    options: { shapes: "sdxl", rows: ["open", "step"], with: ["ours", "f32"], rounds: 2 },
    write: true,
  });
  expect(parseBench(["--device", "--json", "card.json"])).toMatchObject({
    name: "device",
    options: { json: "card.json" },
  });
  expect(parseBench([])).toMatchObject({ name: "all", options: {}, write: false });
  expect(parseBench(["--only", "klein", "--side", "768"]).options).toEqual({ side: 768 });
});

test.each([
  [["--peers", "--rounds", "0"], /"0" is no number of rounds: use underpaint bench --peers .*\[--rounds N\]/],
  [["--peers", "--rows", "step,luck"], /no row "luck"/],
  [["--peers", "--speed", "9"], /Unknown option/],
  [["--peers", "--only", "fast"], /There is no part "peers fast"/],
  [["--peers", "--device"], /There is no part "peers device"/],
  [["--only", "toString"], /There is no part "toString": choose opening, fast/],
  [["--only", "fast", "--shapes", "constructor"], /There are no shapes "constructor"/],
  [["--only", "klein", "--side", "100"], /A side of "100" is no multiple of 16/],
  [["--only", "queue", "--model", "x"], /It takes no "--model": use underpaint bench --only queue/],
])("the command refuses %j in words", (argv, words) => {
  expect(() => parseBench(argv)).toThrow(words);
});

test("the command line's help names every part", () => {
  const help = `${BENCH_USAGE}; ${BENCH_PARTS}`;
  for (const name of Object.keys(PARTS).filter((name) => name !== "all")) expect(help).toContain(name);
});

test("a page's mark says what fills it, with shapes that are not the usual ones", () => {
  const mark = (argv: string[]) => markOf(parseBench(argv));
  expect(mark(["--peers", "--rounds", "2"])).toBe("npm run bench -- --peers --write");
  expect(mark(["--only", "fast", "--shapes", "sdxl"])).toBe("npm run bench -- --only fast --shapes sdxl --write");
  expect(mark(["--only", "fast", "--shapes", "sd15"])).toBe("npm run bench -- --only fast --write");
});
