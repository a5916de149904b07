import { ernieImageFile } from "./ernie-image/file.ts";
import { ernieImageFolder } from "./ernie-image/folder.ts";
import type { FileLayout } from "./file-layout.ts";
import { flux1File } from "./flux1/file.ts";
import { flux1Folder } from "./flux1/folder.ts";
import { flux2File } from "./flux2/file.ts";
import { flux2Folder } from "./flux2/folder.ts";
import type { FolderLayout } from "./folder.ts";
import type { Model } from "./parts/model-record.ts";
import { qwenImageFile } from "./qwen-image/file.ts";
import { qwenImageFolder } from "./qwen-image/folder.ts";
import { unetFolder } from "./unet-folder.ts";
import { zImageFile } from "./z-image/file.ts";
import { zImageFolder } from "./z-image/folder.ts";

/** How the folders of every architecture are opened, by the library and to draw. A new one adds its line. */
export const LAYOUTS: readonly FolderLayout<Model>[] = [
  unetFolder,
  flux1Folder,
  flux2Folder,
  zImageFolder,
  qwenImageFolder,
  ernieImageFolder,
];

/** The same of files that hold a transformer. */
export const FILE_LAYOUTS: readonly FileLayout<Model>[] = [
  flux1File,
  flux2File,
  zImageFile,
  qwenImageFile,
  ernieImageFile,
];
