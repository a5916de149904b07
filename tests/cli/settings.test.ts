import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readConfig } from "../../companion/config.ts";
import { attempted } from "../attempted.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";

const home = path.join(temporaryFolder(), "home");
mkdirSync(home);
const config = (models?: string[]) => readConfig({ models }, { UNDERPAINT_HOME: home });
const write = (text: string) => writeFileSync(path.join(home, "settings.json"), text);

test("readConfig() adds the settings' folders to its own, and --models replaces both", () => {
  expect(config().modelsFolders).toEqual([path.join(home, "models")]);
  write(JSON.stringify({ modelsFolders: ["/a", "/b", "/a"], downloadEndpoint: "http://localhost:1" }));
  expect(config().modelsFolders).toEqual([path.join(home, "models"), path.resolve("/a"), path.resolve("/b")]);
  expect(config(["/c", "/d"]).modelsFolders).toEqual([path.resolve("/c"), path.resolve("/d")]);
  expect(config().downloadEndpoint).toBe("http://localhost:1");
});

test("readConfig() enforces the content filter where the settings or the command line do", () => {
  const filter = (text: string, contentFilter?: "on-request" | "enforced") => {
    write(text);
    return readConfig({ contentFilter }, { UNDERPAINT_HOME: home }).contentFilter;
  };
  expect(filter("{}")).toBe("on-request");
  expect(filter("{}", "enforced")).toBe("enforced");
  expect(filter('{"contentFilter": "enforced"}')).toBe("enforced");
  expect(filter('{"contentFilter": "enforced"}', "on-request")).toBe("enforced");
});

test.each([
  '{"contentFilter": true}',
  "{broken",
  "[]",
  '{"modelsFolders":["relative"]}',
  '{"modelFolders":[]}',
  '{"downloadEndpoint":"no"}',
])("readConfig() refuses the settings %s", (text) => {
  write(text);
  expect(attempted(() => config())).toMatchObject({
    code: "config-invalid",
    message: expect.stringContaining("settings.json"),
  });
});
