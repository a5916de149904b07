/** manifest.json as Figma reads it: what Figma refuses is refused here, in Figma's words where they are known. */
import { checkDomain, domainsOf, type NetworkAccess } from "./network-access.ts";
import { checkParameters, type Parameter } from "./parameters.ts";

export interface MenuItem {
  readonly name?: string;
  readonly command?: string;
  readonly separator?: boolean;
  readonly menu?: readonly MenuItem[];
  readonly parameters?: readonly Parameter[];
  /** False: the command also runs without any. Default true. */
  readonly parameterOnly?: boolean;
}

export interface Manifest {
  readonly name: string;
  readonly id: string;
  readonly api: string;
  readonly main: string;
  readonly ui?: string;
  readonly editorType: readonly string[];
  readonly documentAccess?: string;
  readonly permissions?: readonly string[];
  readonly networkAccess?: NetworkAccess;
  readonly menu?: readonly MenuItem[];
  readonly relaunchButtons?: readonly {
    readonly command: string;
    readonly name: string;
    readonly multipleSelection?: boolean;
  }[];
}

const KEYS = [
  "name",
  "id",
  "api",
  "main",
  "ui",
  "editorType",
  "documentAccess",
  "permissions",
  "networkAccess",
  "menu",
  "relaunchButtons",
  "parameters",
  "parameterOnly",
  "capabilities",
  "enableProposedApi",
  "enablePrivatePluginApi",
  "build",
];
const PERMISSIONS = ["currentuser", "activeusers", "fileusers", "payments", "teamlibrary"];
const EDITORS = ["figma", "figjam", "dev", "slides", "buzz"];

/** Throws one Error that names everything that is wrong. */
export function parseManifest(text: string): Manifest {
  const json = JSON.parse(text) as Record<string, unknown>;
  const wrong: string[] = [];
  const demand = (holds: boolean, message: string) => {
    if (!holds) wrong.push(message);
  };
  for (const key of Object.keys(json)) demand(KEYS.includes(key), `Unknown key "${key}".`);
  for (const key of ["name", "id", "api", "main"])
    demand(typeof json[key] === "string" && json[key] !== "", `"${key}" is required and must be a string.`);
  for (const key of ["main", "ui"]) {
    const file = json[key];
    if (typeof file === "string")
      demand(
        !/^[/\\]|^[a-z]+:|(^|[/\\])\.\.([/\\]|$)/i.test(file),
        `"${key}" must lie in the manifest's folder: "${file}".`,
      );
  }
  demand(json.api === "1.0.0", `"api" must be "1.0.0".`);
  const editors = json.editorType;
  demand(Array.isArray(editors) && editors.length > 0, `"editorType" is required.`);
  if (Array.isArray(editors)) {
    for (const editor of editors) demand(EDITORS.includes(editor), `Unknown editorType "${editor}".`);
    demand(!(editors.includes("figjam") && editors.includes("dev")), `"figjam" and "dev" cannot stand together.`);
  }
  demand(json.documentAccess === "dynamic-page", `"documentAccess" must be "dynamic-page" for new plugins.`);
  for (const permission of (json.permissions as string[] | undefined) ?? [])
    demand(PERMISSIONS.includes(permission), `Unknown permission "${permission}".`);
  for (const item of commandsIn((json.menu as MenuItem[] | undefined) ?? []))
    wrong.push(...checkParameters(item.parameters));
  const seen = new Set<string>();
  for (const button of (json.relaunchButtons as { command: unknown; name: unknown }[] | undefined) ?? []) {
    demand(
      typeof button.command === "string" && typeof button.name === "string",
      "A relaunch button needs command and name.",
    );
    demand(!seen.has(String(button.command)), `Relaunch command "${String(button.command)}" is there twice.`);
    seen.add(String(button.command));
  }
  wrong.push(...checkNetworkAccess(json.networkAccess as NetworkAccess | undefined));
  if (wrong.length > 0) throw new Error(`Manifest error: ${wrong.join(" ")}`);
  return json as unknown as Manifest;
}

/** The menu's commands, those of submenus too. */
export function commandsIn(menu: readonly MenuItem[]): readonly MenuItem[] {
  return menu.flatMap((item) => [...(item.command === undefined ? [] : [item]), ...commandsIn(item.menu ?? [])]);
}

function checkNetworkAccess(access: NetworkAccess | undefined): string[] {
  if (access === undefined) return [];
  const { allowedDomains, devAllowedDomains = [], reasoning } = access;
  if (!Array.isArray(allowedDomains) || allowedDomains.length === 0) return [`"allowedDomains" must not be empty.`];
  const wrong: string[] = [];
  if (allowedDomains.includes("none") && allowedDomains.length > 1) wrong.push(`"none" must stand alone.`);
  wrong.push(...allowedDomains.flatMap((domain) => checkDomain("allowedDomains", domain) ?? []));
  wrong.push(...devAllowedDomains.flatMap((domain) => checkDomain("devAllowedDomains", domain) ?? []));
  if (new Set(allowedDomains).size !== allowedDomains.length) wrong.push(`"allowedDomains" has duplicates.`);
  const needsReason = domainsOf(access).some((domain) => domain === "*" || domain.includes("localhost"));
  if (needsReason && (typeof reasoning !== "string" || reasoning === ""))
    wrong.push(`"reasoning" is required where a domain is "*" or localhost.`);
  if (typeof reasoning === "string" && reasoning.length > 1000)
    wrong.push(`"reasoning" is longer than 1000 characters.`);
  return wrong;
}
