/**
 * Noise levels that lose least in ten steps: Sabour et al. 2024, "Align Your Steps: Optimizing Sampling Schedules in Diffusion
 * Models", as published with it; for other numbers of steps even between them in log σ, as its authors say and ComfyUI does.
 */
export const AYS_SIGMAS = {
  sd1: [
    14.6146412293, 6.4745760956, 3.8636745985, 2.694615152, 1.8841921177, 1.3943805092, 0.9642583904, 0.6523686016,
    0.3977456272, 0.1515232662, 0.0291671582,
  ],
  sdxl: [
    14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141, 0.5550693289, 0.3798540708,
    0.2332364134, 0.1114188177, 0.0291671582,
  ],
} as const;

/** Which model they were found for: Stable Diffusion 1.5 or SDXL. */
export type AysTable = keyof typeof AYS_SIGMAS;
