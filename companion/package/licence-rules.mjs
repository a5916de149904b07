/** Which licences a dependency may have. docs/supply-chain.md says it in words. */

/** Of SPDX's identifiers: they ask for a notice at most. */
export const ALLOWED = ["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0", "CC0-1.0"];

/** Packages with another licence: `licence` as they write it, `ships` whether the companion may need it to run. */
export const EXCEPTIONS = [
  {
    packages: /^@img\/sharp-(?:libvips|win32|wasm32)/,
    licence: /^(?:Apache-2\.0 AND )?LGPL-3\.0-or-later(?: AND MIT)?$/,
    ships: true,
    reason: "libvips decodes pictures: a prebuilt library of its own, linked dynamically, that anyone can replace.",
  },
  {
    packages: /^caniuse-lite$/,
    licence: /^CC-BY-4\.0$/,
    ships: false,
    reason: "Data about browsers that the test runner's compiler reads; nothing of it is passed on.",
  },
  {
    packages: /^axe-core$/,
    licence: /^MPL-2\.0$/,
    ships: false,
    reason: "It looks for barriers in the tests' browser; nothing of it is changed or passed on.",
  },
  {
    packages: /^@figma\/plugin-typings$/,
    licence: /^MIT License$/,
    ships: false,
    reason: "It is the MIT licence, not written as SPDX writes it.",
  },
];

/** Packages that ask for an install script, and why none of them needs it: `ignore-scripts=true` lets none run. */
export const INSTALL_SCRIPTS = {
  "@parcel/watcher": "Compiles where there is no binary for the system; a package of its own brings it.",
  "@photostructure/sqlite": "Looks whether to compile; the binaries are in the package.",
  esbuild: "Replaces a launcher by the binary, to save its start; a package of its own brings the binary.",
  "msgpackr-extract":
    "Looks for its binary, which a package of its own brings; without one the queue's packages do it in JavaScript.",
  "onnxruntime-node":
    "Downloads CUDA's libraries; everything else is in the package. README.md says how to ask for them.",
  "unrs-resolver": "Repairs an installation without the binary; a package of its own brings it.",
};

/** Why the package may have its licence: "" where the list allows it, an exception's reason, undefined where nothing does. */
export function allowedBy({ name, licence, ships }) {
  if (isAllowed(licence)) return "";
  return EXCEPTIONS.find((each) => each.packages.test(name) && each.licence.test(licence) && (each.ships || !ships))
    ?.reason;
}

/** An SPDX expression of one level: one of its choices, or all of its parts. */
function isAllowed(expression) {
  const [isChoice, isSum] = [" OR ", " AND "].map((word) => expression.includes(word));
  if (isChoice && isSum) return false;
  const parts = expression.replace(/^\(|\)$/g, "").split(isChoice ? " OR " : " AND ");
  return isChoice ? parts.some((id) => ALLOWED.includes(id)) : parts.every((id) => ALLOWED.includes(id));
}
