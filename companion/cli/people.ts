/** `underpaint people`: who may use a studio's gateway, by name. */
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { INVITED_MS, Invitations } from "../gateway/invitations.ts";
import { Pairings } from "../gateway/pairings.ts";
import { print } from "./print.ts";

/** Resolves to the exit code. Throws Problem "request-invalid", "unauthorised" for a name that there is not. */
export async function runPeople([command = "list", ...rest]: string[], config = readConfig()): Promise<number> {
  const name = rest.join(" ").trim();
  const pairings = new Pairings(config.pairingsFile);
  const invitations = new Invitations(config.invitationFile);
  if (command === "list") {
    const named = pairings
      .list()
      .flatMap((pairing) => (pairing.name === undefined ? [] : [{ ...pairing, name: pairing.name }]));
    for (const { name, created } of named)
      print(`${name}  paired ${new Date(created).toISOString().slice(0, 16).replace("T", " ")}`);
    const invited = invitations.current();
    if (invited !== undefined) print(`${invited.name}  asked in, not paired yet`);
    if (named.length === 0 && invited === undefined)
      print("Nobody yet: “underpaint people add NAME” asks a person in.");
    return 0;
  }
  if (command === "add" && name !== "") {
    const { code } = invitations.add(name);
    print(`Code for ${name}:  ${code.replace(/(?<=^(?:...)+)(?=.)/g, " ")}`);
    print(`Typed into their plugin within ${INVITED_MS / 60_000} minutes, it pairs that plugin, once.`);
    return 0;
  }
  if (command === "revoke" && name !== "") {
    const theirs = pairings.list().filter((pairing) => pairing.name === name);
    const invited = invitations.current()?.name === name;
    if (theirs.length === 0 && !invited)
      throw new Problem("unauthorised", `There is nobody called "${name}": "underpaint people" lists them.`);
    if (invited) invitations.remove();
    for (const { id } of theirs) pairings.revoke(id);
    print(`Revoked ${name}: their plugins are cut off within seconds, and have to be paired again.`);
    return 0;
  }
  throw new Problem(
    "request-invalid",
    'Use "underpaint people list", "underpaint people add NAME" or "underpaint people revoke NAME".',
  );
}
