// Renders the subjects of core.txt as noto-v1 draws them: a style that neither the text, the image encoder nor the
// adapter was trained on, used as references in evaluate_references.py.
//   node render_heldout.mjs --icons <dir with node_modules> --out <dir>
// Each icon is drawn by a process of its own, because a few abort the renderer; those are left out.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const arg = (n, d) => { const i = process.argv.indexOf('--' + n); return i < 0 ? d : process.argv[i + 1]; };
const require = createRequire(path.join(path.resolve(arg('icons', '.')), 'x.js'));
const { Resvg } = require('@resvg/resvg-js');
const set = require('@iconify-json/noto-v1/icons.json');
const out = path.resolve(arg('out', 'heldout'));
fs.mkdirSync(out, { recursive: true });

function draw(key) {
  const icon = set.icons[key] ?? set.icons[set.aliases?.[key]?.parent];
  if (!icon) throw new Error(`${key} is not in the set`);
  const w = icon.width ?? set.width ?? 16, h = icon.height ?? set.height ?? 16;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="128" height="128" viewBox="${icon.left ?? 0} ${icon.top ?? 0} ${w} ${h}">${icon.body}</svg>`;
  const picture = new Resvg(svg, { fitTo: { mode: 'width', value: 128 }, background: 'white', font: { loadSystemFonts: false } }).render();
  fs.writeFileSync(path.join(out, key + '.png'), picture.asPng());
}

const only = arg('only');
if (only) draw(only);
else for (const key of fs.readFileSync(new URL('./core.txt', import.meta.url), 'utf8').split(/\s+/).filter(Boolean)) {
  const { status } = spawnSync(process.execPath, [...process.argv.slice(1), '--only', key], { stdio: 'ignore' });
  if (status !== 0) console.log('left out:', key);
}
