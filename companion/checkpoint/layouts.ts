import { flux2Folder } from "./flux2/folder.ts";
import type { FolderLayout } from "./folder.ts";
import type { Model } from "./parts/model-record.ts";
import { unetFolder } from "./unet-folder.ts";

/** How the folders of every architecture are opened, by the library and to draw. A new one adds its line. */
export const LAYOUTS: readonly FolderLayout<Model>[] = [unetFolder, flux2Folder];
