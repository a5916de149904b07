/** Which part of the page is on screen. */
import { type Box, type Point, unionOf } from "../host/transform.ts";

const MIN_ZOOM = 0.05;
const MAX_ZOOM = 64;

export class Camera {
  /** The page point in the canvas's top-left corner. */
  origin: Point = { x: 0, y: 0 };
  /** Screen pixels per page unit. */
  zoom = 1;
  /** The canvas's size on screen, and how much of it panels cover, in CSS pixels. */
  size = { width: 1, height: 1 };
  inset = { left: 0, right: 0, top: 0, bottom: 0 };

  toPage({ x, y }: Point): Point {
    return { x: this.origin.x + x / this.zoom, y: this.origin.y + y / this.zoom };
  }

  toScreen({ x, y }: Point): Point {
    return { x: (x - this.origin.x) * this.zoom, y: (y - this.origin.y) * this.zoom };
  }

  pan(dx: number, dy: number): void {
    this.origin = { x: this.origin.x - dx / this.zoom, y: this.origin.y - dy / this.zoom };
  }

  /** Zooms by a factor; what is under `at` (screen) stays there. */
  zoomBy(factor: number, at: Point): void {
    const under = this.toPage(at);
    this.zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, this.zoom * factor));
    this.origin = { x: under.x - at.x / this.zoom, y: under.y - at.y / this.zoom };
  }

  /** The screen between the panels. */
  get clear(): Box {
    const { left, right, top, bottom } = this.inset;
    return {
      x: left,
      y: top,
      width: Math.max(50, this.size.width - left - right),
      height: Math.max(50, this.size.height - top - bottom),
    };
  }

  get center(): Point {
    const { x, y, width, height } = this.clear;
    return this.toPage({ x: x + width / 2, y: y + height / 2 });
  }

  set center(point: Point) {
    const now = this.center;
    this.origin = { x: this.origin.x + point.x - now.x, y: this.origin.y + point.y - now.y };
  }

  get bounds(): Box {
    const { x, y, width, height } = this.clear;
    return { ...this.toPage({ x, y }), width: width / this.zoom, height: height / this.zoom };
  }

  /** Shows all boxes between the panels, never larger than `most`. */
  show(boxes: readonly Box[], most = 1): void {
    if (boxes.length === 0) return;
    const box = unionOf(boxes);
    const { width, height } = this.clear;
    this.zoom = Math.min(most, (width * 0.9) / Math.max(1, box.width), (height * 0.9) / Math.max(1, box.height));
    this.center = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }
}
