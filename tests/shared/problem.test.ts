import { Problem } from "../../shared/problem.ts";

test("Problem.from() keeps Problems, and tells memory that was not to be had from defects", () => {
  const known = new Problem("disk-full", "Full.");
  expect(Problem.from(known)).toBe(known);
  let refused: unknown;
  try {
    new Float32Array(2 ** 50);
  } catch (error) {
    refused = error;
  }
  expect(Problem.from(refused).code).toBe("internal");
  expect(Problem.from(new RangeError("Array buffer allocation failed")).code).toBe("out-of-memory");
  expect(Problem.from("odd")).toMatchObject({ code: "internal", message: expect.stringContaining("odd") });
});
