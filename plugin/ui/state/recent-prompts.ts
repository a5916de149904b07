const MOST = 20;

/** With the prompt that was used last, newest first. */
export function withRecent(prompts: readonly string[], used: string): string[] {
  const prompt = used.trim();
  return prompt === "" ? [...prompts] : [prompt, ...prompts.filter((other) => other !== prompt)].slice(0, MOST);
}
