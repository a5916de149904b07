/** The job that a message is about, as far as it can be told before it is validated. */
export function jobOf(message: unknown): string | undefined {
  const job = (message as { job?: unknown } | null)?.job;
  return typeof job === "string" && /^[0-9a-f]{32}$/.test(job) ? job : undefined;
}
