/** What plugin and companion say of pictures that are kept for a Figma file, see protocol.ts. */

/** A picture that the companion keeps for a Figma file. */
export interface KeptPicture {
  readonly job: string;
  /** When it was asked for, milliseconds since 1970. */
  readonly at: number;
  /** Never removed to make room. */
  readonly starred: boolean;
  /** What the plugin knows of it; nobody else reads it. */
  readonly about: string;
}
/** Tell which pictures are kept for a Figma file. `file`: 32 hexadecimal digits that are kept in it. */
export interface ListHistory {
  readonly type: "list-history";
  readonly file: string;
}
/** Keep a picture: attachments "image" and "small", and of one in layers "layer.0" and on (split.ts). Without them: change what is known of one that is kept. */
export interface Keep {
  readonly type: "keep";
  readonly file: string;
  readonly picture: KeptPicture;
}
/** Send a picture that is kept. */
export interface AskKept {
  readonly type: "kept-picture";
  readonly file: string;
  readonly job: string;
  readonly size: "whole" | "small";
}
export interface Forget {
  readonly type: "forget";
  readonly file: string;
  readonly jobs: readonly string[];
}
// ---- companion → plugin -------------------------------------------------------------------------------------------

/** Newest first. */
export interface HistoryMessage {
  readonly type: "history";
  readonly file: string;
  readonly pictures: readonly KeptPicture[];
}
/** It is on the companion's disk. */
export interface Kept {
  readonly type: "kept";
  readonly job: string;
}
/** Attachment "image", and of a whole one in layers "layer.0" and on; none where it is gone. */
export interface KeptPictureMessage {
  readonly type: "kept-picture";
  readonly job: string;
  readonly size: "whole" | "small";
}
