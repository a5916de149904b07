const ID = /^[0-9a-f]{32}$/;

/** The jobs that a message is about, as far as it can be told before it is validated. */
export function jobsOf(message: unknown): string[] {
  const { job, jobs } = (message ?? {}) as { job?: unknown; jobs?: unknown };
  const many = Array.isArray(jobs) ? jobs.map((each) => (each as { job?: unknown } | null)?.job) : [];
  return [job, ...many].filter((id): id is string => typeof id === "string" && ID.test(id)).slice(0, 64);
}
