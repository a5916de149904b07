/** The small numeric tools of the schedulers, against NumPy 2 and SciPy 1.17. */
import { betaQuantile } from "../../companion/schedulers/beta-quantile.ts";
import { arange, interpolate, linspace, roundHalfEven } from "../../companion/schedulers/float32.ts";
import { log32 } from "../../companion/schedulers/log32.ts";
import { timestepOfSigma } from "../../companion/schedulers/sigma-schedules.ts";
import { solveLinear } from "../../shared/solve-linear.ts";

test("arange() can hold one value more than expected, as NumPy's does", () => {
  expect(arange(1000, 0, -1000 / 60).length).toBe(60);
  expect(arange(1000, 0, -1000 / 61).length).toBe(62);
});

test("linspace() ends exactly, and begins where there is one value", () => {
  expect(linspace(0, 999, 4)).toEqual([0, 333, 666, 999]);
  expect(linspace(0, 999, 1)).toEqual([0]);
});

test("roundHalfEven() rounds halves to the even neighbour", () => {
  expect([0.5, 1.5, 2.5, 812.5, 937.5, 2.4].map(roundHalfEven)).toEqual([0, 2, 2, 812, 938, 2]);
});

test("interpolate() keeps the ends outside the table", () => {
  expect([-1, 0.5, 2, 9].map((x) => interpolate(x, [1, 3, 9]))).toEqual([1, 2, 9, 9]);
});

test.each([
  [0.02916753478348255, -3.534698963165283],
  [1.0, 0.0],
  [190.12168884277344, 5.247664451599121],
  [14.614646911621094, 2.6820242404937744],
  [4096.0, 8.317766189575195],
  [0.33329999446868896, -1.0987123250961304],
] as const)("log32(%d) is numpy.log of the float32", (x, log) => {
  expect(log32(x)).toBe(log);
});

test.each([
  [0.01, 0.0008612388215429059],
  [0.15625, 0.08235710802380361],
  [0.5, 0.5000000000000001],
  [0.84375, 0.9176428919761964],
  [0.999, 0.9999814412614826],
] as const)("betaQuantile(%d, 0.6, 0.6) is scipy.stats.beta.ppf", (p, x) => {
  expect(betaQuantile(p, 0.6, 0.6)).toBeCloseTo(x, 13);
});

test("betaQuantile() begins at 0 and ends at 1", () => {
  expect([0, 1].map((p) => betaQuantile(p, 0.6, 0.6))).toEqual([0, 1]);
});

test("solveLinear() exchanges rows where a pivot is 0", () => {
  expect(
    solveLinear(
      [
        [0, 2],
        [4, 1],
      ],
      [6, 5],
    ),
  ).toEqual([0.5, 3]);
});

test("timestepOfSigma() takes the last place where a table that falls at its end is below sigma, as NumPy's argmax does", () => {
  const table = Float32Array.of(1, 2, 10, 5);
  expect(timestepOfSigma(6, table)).toBeCloseTo(2 + Math.log(10 / 6) / Math.log(2), 6);
  expect(timestepOfSigma(3, table)).toBeCloseTo(1 + Math.log(1.5) / Math.log(5), 6);
  expect([0.5, 20].map((sigma) => timestepOfSigma(sigma, table))).toEqual([0, 2]);
});
