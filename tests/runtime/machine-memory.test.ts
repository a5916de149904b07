import { totalmem } from "node:os";
import { readConfig } from "../../companion/config.ts";
import { defaultMemoryLimit, machineMemory } from "../../companion/runtime/machine-memory.ts";

test("machineMemory() is never more than the machine has", () => {
  const { total, free } = machineMemory();
  expect(total).toBeLessThanOrEqual(totalmem());
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThanOrEqual(total);
});

test("defaultMemoryLimit() lets Stable Diffusion 1.5 be exact on 8 GiB, and leaves memory to others", () => {
  const gib = 2 ** 30;
  // What the UNet of 1.5 needs at 512 × 512 with guidance, in float32.
  expect(defaultMemoryLimit({ total: 8 * gib })).toBeGreaterThan(4.8 * gib);
  expect(defaultMemoryLimit({ total: 8 * gib })).toBeLessThan(6 * gib);
  expect(defaultMemoryLimit()).toBe(defaultMemoryLimit(machineMemory()));
});

test("memory limits are whole bytes: the plugin refuses a message with others", () => {
  for (const total of [25_276_059_648, 8_589_934_593, 1001])
    expect(Number.isInteger(defaultMemoryLimit({ total }))).toBe(true);
  expect(Number.isInteger(readConfig({}, { UNDERPAINT_MEMORY: "0.3" }).memory)).toBe(true);
});
