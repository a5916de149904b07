/**
 * What kohya's sd-scripts keep of the captions (`ss_tag_frequency`): `{ "10_ink style": { "inkst": 40, "1girl": 31 } }`, by the
 * data set's folder, whose name is how often it was repeated and, without captions, the caption of all its pictures.
 */
import * as v from "valibot";

const FREQUENCY = v.record(v.string(), v.record(v.string(), v.pipe(v.number(), v.finite())));

/** A tag on nearly every picture is what the add-on was told to learn by. */
const NEARLY_ALL = 0.9;
/** Of one folder. */
const MOST = 3;
/** What captioning programs say of nearly every picture: it calls up nothing. */
const ORDINARY = new Set(
  [
    "1girl, 1boy, 1other, solo, 2girls, multiple girls, girl, boy, woman, man, person, no humans",
    "looking at viewer, simple background, white background, long hair, short hair, breasts, smile, upper body",
    "masterpiece, best quality, high quality, highres, absurdres, realistic, photo, image, general, safe, sensitive",
  ]
    .join(", ")
    .split(", "),
);

/** The words that it was probably trained to answer to, surest first; none where the captions do not say. */
export function trainedTags(text: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  const result = v.safeParse(FREQUENCY, json);
  if (!result.success) return [];
  const folders = Object.entries(result.output).map(([folder, tags]) => {
    const ranked = Object.entries(tags).sort(([, a], [, b]) => b - a);
    const most = ranked[0]?.[1] ?? 0;
    const concept = folder.replace(/^\d+_/, "").trim();
    const common = ranked
      .filter(
        ([tag, count]) => count >= NEARLY_ALL * most && (count > 1 || ranked.length === 1) && !ORDINARY.has(tag.trim()),
      )
      .map(([tag]) => tag.trim());
    const named = common.filter((tag) => tag.toLowerCase() === concept.toLowerCase());
    return { most, words: [...named, ...common].slice(0, MOST) };
  });
  return [...new Set(folders.sort((a, b) => b.most - a.most).flatMap(({ words }) => words))];
}
