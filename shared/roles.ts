/** What a picture that results follow is for. */
export const ROLES = ["face", "outfit", "style", "composition"] as const;
export type Role = (typeof ROLES)[number];

/** What a model is told of a picture in each role, one whole sentence: `{image}` stands for "image 2". */
export type RoleSentences = Readonly<Record<Role, string>>;

/** A picture of the prompt, by the number that the model knows it by. */
export interface Told {
  readonly role: Role;
  readonly number: number;
}

/** The sentences for pictures with a role, in the order of the pictures. */
export const rolesInWords = (pictures: readonly Told[], sentences: RoleSentences): string =>
  pictures.map(({ role, number }) => sentences[role].replace("{image}", `image ${number}`)).join(" ");

/** The prompt, and what is said after it, each sentence ended. */
export function saidAfter(prompt: string, sentences: string): string {
  const typed = prompt.trim();
  if (sentences === "") return prompt;
  if (typed === "") return sentences;
  return `${typed}${/[.!?…:;,]["”’)]?$/.test(typed) ? "" : "."} ${sentences}`;
}
