/** A time as networks are told it: pipelines divide by 1000 what the network multiplies by its scale, in float32. */
export const asTold = (timestep: number, scale = 1000): number =>
  Math.fround(Math.fround(Math.fround(timestep) / 1000) * scale);
