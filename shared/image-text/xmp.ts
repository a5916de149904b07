/** An XMP packet (ISO 16684-1) that says that a machine made the picture, with which models, and what their licences ask for. */
import type { OwnRecipe } from "./own-recipe.ts";

/** XMP specification, part 3, section 1.1.5: where it lies in a PNG, always as iTXt. */
export const XMP_KEYWORD = "XML:com.adobe.xmp";

/**
 * IPTC's digital source types: "trained algorithmic media" where all of it is made, and "composite with" that where it changes or
 * extends a picture.
 */
const SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/";

export interface Made extends Pick<OwnRecipe, "madeBy" | "models"> {
  /** What the machine was given: nothing but words, or a picture that it changed. */
  readonly changes: "nothing" | "a picture";
}

export function xmpPacket({ madeBy, models, changes }: Made): string {
  const type = changes === "nothing" ? "trainedAlgorithmicMedia" : "compositeWithTrainedAlgorithmicMedia";
  const names = models.map(({ name }) => name).join(", ");
  const terms = models.map(({ name, licence }) => `${name}: ${licence ?? "licence not known"}`).join("\n");
  const attributes = [
    ["Iptc4xmpExt:DigitalSourceType", `${SOURCE_TYPES}${type}`],
    ["xmp:CreatorTool", `Underpaint ${madeBy}`],
    ...(names === "" ? [] : [["Iptc4xmpExt:AISystemUsed", names]]),
  ].map(([name, value]) => `${name}="${escaped(value!)}"`);
  const usage = terms
    ? `<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">${escaped(terms)}</rdf:li></rdf:Alt></xmpRights:UsageTerms>`
    : "";
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
    ` ${attributes.join(" ")}>${usage}</rdf:Description></rdf:RDF></x:xmpmeta>`,
    '<?xpacket end="r"?>',
  ].join("\n");
}

/** For attributes and text; letters that XML forbids are left out. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
