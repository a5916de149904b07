/** "owner/name", as the hub writes it; the repository's address in a browser serves as well. */
const REPO = /^(?:https?:\/\/[^/]+\/)?(\w[\w.-]{0,95}\/\w[\w.-]{0,95})(?:\/.*)?$/;

/** The repository that was typed or pasted; undefined where it names none. */
export function repoNamed(typed: string): string | undefined {
  const repo = REPO.exec(typed.trim())?.[1];
  return repo?.includes("..") ? undefined : repo;
}
