/** What surrounds a running plugin: the document, and the editor's parts that the page (or a test) supplies. */
import type { ClientStorage } from "./client-storage.ts";
import type { History } from "./history.ts";
import type { Images } from "./images.ts";
import type { Manifest } from "./manifest.ts";
import type { NodeRecord, VectorPath } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Box, Point } from "./transform.ts";

export interface ExportSettings {
  readonly format: "PNG" | "JPG";
  /** Leaves out layers that overlap. Default true. */
  readonly contentsOnly?: boolean;
  /** The node's whole box, even where it is cropped or empty. Default false: what is painted. */
  readonly useAbsoluteBounds?: boolean;
  readonly constraint?: { readonly type: "SCALE" | "WIDTH" | "HEIGHT"; readonly value: number };
}

export interface ShowUiOptions {
  readonly visible?: boolean;
  readonly title?: string;
  readonly width?: number;
  readonly height?: number;
  readonly position?: Point;
  readonly themeColors?: boolean;
}

/** The plugin's window. */
export interface UiWindow {
  open(html: string, options: ShowUiOptions): void;
  setVisible(visible: boolean): void;
  resize(width: number, height: number): void;
  reposition(x: number, y: number): void;
  position(): { readonly windowSpace: Point; readonly canvasSpace: Point };
  close(): void;
  post(message: unknown): void;
}

export interface Notice {
  readonly message: string;
  /** Milliseconds; Infinity stays. */
  readonly timeout: number;
  readonly error: boolean;
  readonly button?: { readonly text: string; readonly press: () => void };
  readonly onDequeue: (reason: "timeout" | "dismiss" | "action_button_click") => void;
}

export interface Viewport {
  center: Point;
  zoom: number;
  readonly bounds: Box;
  show(boxes: readonly Box[]): void;
}

export interface Stage {
  readonly manifest: Manifest;
  readonly scene: Scene;
  readonly history: History;
  readonly images: Images;
  readonly storage: ClientStorage;
  readonly viewport: Viewport;
  readonly ui: UiWindow;
  /** The id of the page on screen. */
  currentPage: string;
  exportNode(id: string, settings: ExportSettings): Promise<Uint8Array>;
  /** The size that a text takes in its automatic directions. */
  measureText(node: NodeRecord): { readonly width: number; readonly height: number };
  /** The outline of what a node's fill or its centred stroke paints, in the node's own space. */
  traceNode(id: string, part: "fill" | "stroke"): readonly VectorPath[];
  /** Shows a notice; the function takes it away. */
  notify(notice: Notice): () => void;
  openExternal(url: string): void;
  /** The plugin closed itself. */
  closed(message: string | undefined): void;
}
