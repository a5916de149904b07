/** `underpaint pairings`: which plugins may connect, and the way to take that back. */
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { Pairings } from "../gateway/pairings.ts";
import { print } from "./print.ts";

/** Resolves to the exit code. Throws Problem "unauthorised" for an id that there is not, or that several begin with. */
export async function runPairings([command = "list", prefix]: string[], config = readConfig()): Promise<number> {
  const pairings = new Pairings(config.pairingsFile);
  if (command === "list") {
    for (const { id, build, created } of pairings.list())
      print(
        `${id.slice(0, 8)}  paired ${new Date(created).toISOString().slice(0, 16).replace("T", " ")}  plugin ${build}`,
      );
    if (pairings.list().length === 0) print("No plugin is paired yet.");
    return 0;
  }
  if (command !== "revoke" || prefix === undefined)
    throw new Problem("request-invalid", 'Use "underpaint pairings list" or "underpaint pairings revoke ID".');
  const found = pairings.list().filter(({ id }) => id.startsWith(prefix));
  if (found.length !== 1)
    throw new Problem(
      "unauthorised",
      `${found.length === 0 ? "No pairing begins" : "Several pairings begin"} with "${prefix}": "underpaint pairings" lists them.`,
    );
  pairings.revoke(found[0]!.id);
  print(`Revoked ${found[0]!.id.slice(0, 8)}: that plugin has to be paired again.`);
  return 0;
}
