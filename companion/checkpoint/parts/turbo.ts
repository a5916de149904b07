/** Whether names say that a model is the Turbo of Z-Image or ERNIE-Image, or made of it: no tensor and no configuration does. */
export const isTurbo = (...names: readonly string[]): boolean =>
  names.some((name) => /turbo|(?:^|[^a-z])zit(?:[^a-z]|$)/i.test(name));
