/** The open file and how it is looked at: one object that panels, tools and the plugin share. */

import { gather, ungroup } from "../host/api/grouping.ts";
import { rearrange } from "../host/arrange.ts";
import { isLaidOut } from "../host/auto-layout.ts";
import { boundingBox } from "../host/bounds.ts";
import { setTransform } from "../host/fit.ts";
import { History } from "../host/history.ts";
import { Images } from "../host/images.ts";
import type { NodeRecord } from "../host/record.ts";
import { Scene } from "../host/scene.ts";
import { invert, multiply, type Point, translation } from "../host/transform.ts";
import { Camera } from "./camera.ts";
import { DecodedImages } from "./render/decoded-images.ts";
import type { Drawing } from "./render/draw-node.ts";

export type ToolName = "move" | "hand" | "frame" | "rectangle" | "ellipse" | "pencil" | "text";
export type Theme = "light" | "dark";

export class Editor {
  readonly scene = new Scene();
  readonly history = new History(this.scene);
  readonly images = new Images();
  readonly camera = new Camera();
  readonly drawing: Drawing;
  tool: ToolName = "move";
  theme: Theme = "light";
  hovered: string | undefined;
  #page: string;
  #listeners = new Set<() => void>();
  #scheduled = false;

  constructor() {
    this.#page = this.scene.get("0:0").children[0]!;
    this.drawing = { scene: this.scene, images: new DecodedImages(this.images, () => this.changed()) };
    this.scene.onChange = () => this.changed();
  }

  /** Called once a frame at most, after anything changed. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }

  get page(): string {
    return this.#page;
  }

  set page(id: string) {
    this.#page = id;
    this.changed();
  }

  get selection(): readonly string[] {
    return this.scene.get(this.#page).selection;
  }

  select(ids: readonly string[]): void {
    this.scene.patch(this.#page, { selection: [...new Set(ids)] });
  }

  get selected(): readonly NodeRecord[] {
    return this.selection.map((id) => this.scene.get(id));
  }

  use(tool: ToolName): void {
    this.tool = tool;
    this.changed();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    document.documentElement.className = `figma-${theme}`;
    this.changed();
  }

  /** Anything that a person does is one step of undo. */
  act(change: () => void): void {
    this.history.commit();
    change();
    this.history.commit();
    this.changed();
  }

  remove(): void {
    this.act(() => {
      for (const id of this.selection) {
        const node = this.scene.find(id);
        if (node === undefined || this.scene.instanceAround(id) !== undefined) continue;
        this.scene.remove(id);
        rearrange(this.scene, node.parent);
      }
    });
  }

  /** Moves layers by a page distance; inside auto layout and instances they stay. */
  moveBy(ids: readonly string[], by: Point): void {
    for (const id of ids) {
      if (isLaidOut(this.scene, id) || this.scene.instanceAround(id) !== undefined) continue;
      const container = this.scene.containerOf(id);
      const space = container === undefined ? translation(0, 0) : this.scene.absoluteTransform(container.id);
      const moved = multiply(translation(by.x, by.y), this.scene.absoluteTransform(id));
      setTransform(this.scene, id, multiply(invert(space), moved));
      rearrange(this.scene, id);
    }
  }

  group(): void {
    const [first] = this.selected;
    if (first?.parent == null || this.selected.some((node) => this.scene.instanceAround(node.id) !== undefined)) return;
    const { parent } = first;
    this.act(() => {
      const index = this.scene.get(parent).children.indexOf(first.id) + 1;
      this.select([gather(this.scene, this.selection, { type: "GROUP", parent, index }).id]);
    });
  }

  ungroup(): void {
    this.act(() =>
      this.select(this.selected.flatMap((node) => (node.type === "GROUP" ? ungroup(this.scene, node) : [node.id]))),
    );
  }

  undo(): void {
    this.history.undo();
    this.changed();
  }

  redo(): void {
    this.history.redo();
    this.changed();
  }

  /** Puts a picture on the page, centred at a page point, and selects it. */
  placePicture(bytes: Uint8Array, name: string, at: Point): void {
    const image = this.images.add(bytes);
    const scale = Math.min(1, 512 / Math.max(image.width, image.height));
    const [width, height] = [image.width * scale, image.height * scale];
    this.act(() => {
      const node = this.scene.create("RECTANGLE", this.#page, {
        name,
        width,
        height,
        transform: translation(Math.round(at.x - width / 2), Math.round(at.y - height / 2)),
        fills: [{ type: "IMAGE", imageHash: image.hash, scaleMode: "FILL" }],
      });
      this.select([node.id]);
    });
  }

  /** Shows the whole page, or the given layers. */
  zoomTo(ids: readonly string[] = this.scene.get(this.#page).children): void {
    this.camera.show(ids.map((id) => boundingBox(this.scene, id)));
    this.changed();
  }
}
