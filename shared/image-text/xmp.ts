/** An XMP packet (ISO 16684-1) that says that a machine made the picture, with which model, and what its licence asks for. */
import type { OwnRecipe } from "./own-recipe.ts";

/** XMP specification, part 3, section 1.1.5: where it lies in a PNG, always as iTXt. */
export const XMP_KEYWORD = "XML:com.adobe.xmp";

/**
 * IPTC's digital source types: "trained algorithmic media" where all of it is made, and "composite with" that where it changes or
 * extends a picture.
 */
const SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/";

export function xmpPacket({ madeBy, request, models }: Omit<OwnRecipe, "version">): string {
  const [model] = models;
  const type = request.image === undefined ? "trainedAlgorithmicMedia" : "compositeWithTrainedAlgorithmicMedia";
  const attributes = [
    ["Iptc4xmpExt:DigitalSourceType", `${SOURCE_TYPES}${type}`],
    ["xmp:CreatorTool", `Underpaint ${madeBy}`],
    ...(model ? [["Iptc4xmpExt:AISystemUsed", model.name]] : []),
  ].map(([name, value]) => `${name}="${escaped(value!)}"`);
  const terms = model?.licence
    ? `<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">${escaped(`Model ${model.name}: ${model.licence}`)}</rdf:li></rdf:Alt></xmpRights:UsageTerms>`
    : "";
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
    ` ${attributes.join(" ")}>${terms}</rdf:Description></rdf:RDF></x:xmpmeta>`,
    '<?xpacket end="r"?>',
  ].join("\n");
}

/** For attributes and text; letters that XML forbids are left out. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
