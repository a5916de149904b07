import { type VitalLimits, Vitals } from "../../companion/engine/vitals.ts";

const LIMITS: VitalLimits = { silentMs: 2000, lostMs: 12_000, startMs: 60_000, scriptMs: 120_000, idleMs: 90_000 };
const TICK = 250;

/** Lives through `seconds`, with a pulse at every tick where `pulse` gives one. */
function life(vitals = new Vitals(LIMITS, TICK)) {
  let now = 0;
  return {
    vitals,
    after: (seconds: number, pulse?: (ms: number) => Parameters<Vitals["hear"]>[0] | undefined) => {
      let health = vitals.look(now, "processor");
      for (const end = now + seconds * 1000; now < end; ) {
        now += TICK;
        const heard = pulse?.(now);
        if (heard) vitals.hear(heard);
        health = vitals.look(now, "processor");
        if (health.state === "lost") break;
      }
      return health;
    },
    sleep: (seconds: number) => {
      now += seconds * 1000;
      return vitals.look(now, "processor");
    },
  };
}
const computing = (ms: number) => ({ turns: 1, insideRuntime: true, work: ms });
const turning = (ms: number) => ({ turns: ms, insideRuntime: false, work: 0 });

test("a step of ten minutes inside the runtime, and an hour without work, are well", () => {
  expect(life().after(600, computing)).toEqual({ state: "well" });
  expect(life().after(3600, turning)).toEqual({ state: "well" });
});

test("a process whose pulse stops is silent within 3 s, lost after 12, and well again with its next pulse", () => {
  const one = life();
  one.after(5, turning);
  expect(one.after(2.5)).toEqual({ state: "silent", seconds: 2 });
  expect(one.after(0.25, turning)).toEqual({ state: "well" });
  expect(one.after(11.5)).toEqual({ state: "silent", seconds: 11 });
  expect(one.after(0.5)).toEqual({ state: "lost", why: "has not answered for 12 s" });
});

test("a process that was never heard has a minute to begin", () => {
  const one = life();
  expect(one.after(59)).toEqual({ state: "well" });
  expect(one.after(2)).toMatchObject({ state: "lost" });
});

test("while the machine slept nothing could be heard", () => {
  const one = life();
  one.after(5, turning);
  expect(one.sleep(3600)).toEqual({ state: "well" });
  expect(one.after(1, turning)).toEqual({ state: "well" });
});

test("a JavaScript thread that does not come back is lost, and so is a runtime that does nothing", () => {
  const spinning = (ms: number) => ({ turns: 7, insideRuntime: false, work: ms });
  const spins = life();
  expect(spins.after(115, spinning)).toEqual({ state: "well" });
  expect(spins.after(10, spinning)).toMatchObject({ state: "lost", why: "went round in circles for 120 s" });
  // What the heart itself takes is not work.
  const waiting = (ms: number) => ({ turns: 7, insideRuntime: true, work: ms * 0.04 });
  const waits = life();
  expect(waits.after(85, waiting)).toEqual({ state: "well" });
  expect(waits.after(10, waiting)).toMatchObject({ state: "lost", why: "did nothing for 90 s" });
});

test("a device whose work cannot be seen may take its time", () => {
  const vitals = new Vitals(LIMITS, TICK);
  for (let now = 0; now < 600_000; now += TICK) {
    vitals.hear({ turns: 7, insideRuntime: true, work: 0 });
    expect(vitals.look(now, "elsewhere")).toEqual({ state: "well" });
  }
});
