/** What a machine is, in words that name nobody: for figures that are compared with those of another one. */
import { spawnSync } from "node:child_process";
import { arch, cpus, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly processor: string;
  readonly threads: number;
  readonly memoryBytes: number;
  /** "linux 6.8.0 x64" */
  readonly system: string;
  /** Cards, by the names that their drivers give them; none where nothing tells. */
  readonly graphics: readonly string[];
}

export const describeMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  threads: cpus().length,
  memoryBytes: totalmem(),
  system: `${platform()} ${release()} ${arch()}`,
  graphics: graphicsCards(),
});

interface Source {
  readonly command: readonly [program: string, ...args: string[]];
  /** One card in each. Throws where it is not what it should be. */
  readonly cards: (output: string) => readonly string[];
}

const lines = (output: string): string[] => output.split(/\r?\n/).map((line) => line.trim());

const NVIDIA: Source = {
  command: ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
  cards: lines,
};

/** The first that tells of any counts. */
const SOURCES: Partial<Readonly<Record<NodeJS.Platform, readonly Source[]>>> = {
  linux: [
    NVIDIA,
    {
      command: ["lspci"],
      cards: (output) =>
        lines(output).flatMap((line) => line.match(/(?:VGA compatible|3D|Display) controller: (.+)/)?.[1] ?? []),
    },
  ],
  win32: [
    NVIDIA,
    {
      command: ["powershell", "-NoProfile", "-Command", "(Get-CimInstance Win32_VideoController).Name"],
      cards: lines,
    },
  ],
  darwin: [
    {
      command: ["system_profiler", "-json", "SPDisplaysDataType"],
      cards: (output) =>
        (JSON.parse(output) as { SPDisplaysDataType: { sppci_model: string }[] }).SPDisplaysDataType.map(
          ({ sppci_model }) => sppci_model,
        ),
    },
  ],
};

const TIMEOUT_MS = 20_000;

function graphicsCards(): readonly string[] {
  for (const { command, cards } of SOURCES[platform()] ?? []) {
    const [program, ...args] = command;
    const { status, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: TIMEOUT_MS });
    if (status !== 0) continue;
    const found = cards(stdout).filter((name) => name !== "");
    if (found.length > 0) return found;
  }
  return [];
}
