/** From a companion that is not there to one that is paired. */
import { PROTOCOL_VERSION } from "../../../shared/protocol.ts";
import { PAIRING_CODE, startCompanion } from "../companion-process.ts";
import type { Play } from "./play.ts";

export function pairing(play: Play): void {
  test("is told to import the plugin again where its manifest forbids the companion's port", async () => {
    const other = { allowedDomains: ["ws://localhost:9", "http://localhost:9"], reasoning: "Another port." };
    const driver = await play.another({ manifest: (manifest) => ({ ...manifest, networkAccess: other }) });
    await driver.ui.getByText("Import the plugin again").waitFor();
    await driver.screenshot("manifest-of-another-port");
    await driver.close();
  });

  test("is told to start the companion, in a data: window too", async () => {
    const driver = await play.another({ query: "?ui=data" });
    await driver.ui.getByText("Start the companion").waitFor();
    await driver.close();
  });

  test("is told why a code has more digits after wrong ones, and for how long", async () => {
    const health = { app: "underpaint", version: "9.9.9", protocol: PROTOCOL_VERSION, codeDigits: 9 };
    const driver = await play.another();
    const headers = { "access-control-allow-origin": "*" };
    await driver.page.route("**/health", (route) => route.fulfill({ json: health, headers }));
    await driver.ui.getByText(/nine digits now, because wrong ones/).waitFor();
    await driver.ui.getByLabel("Pairing code, nine digits").fill("12345");
    await driver.screenshot("longer-code");
    await driver.close();
  });

  test("starts the companion, and the waiting window finds it; six digits pair them", async () => {
    await play.designer.ui.getByText("Start the companion").waitFor();
    await play.designer.screenshot("companion-off");
    play.companion = await startCompanion(play.root, play.home);
    const code = play.designer.ui.getByLabel("Pairing code, six digits");
    await code.waitFor();
    await play.designer.screenshot("pairing");
    await code.fill("000000");
    await play.designer.ui.getByRole("alert").waitFor();
    await code.fill(PAIRING_CODE);
    await play.designer.ui.getByText("Nothing selected").waitFor();
  });
}
