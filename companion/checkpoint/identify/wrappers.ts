/** Wrappers that training programs leave around a network, around all of its keys. */
const WRAPPERS = ["params_ema.", "params.", "model_state_dict.", "state_dict.", "module.", "netG."];

/** What stands before every key of a file, through all its wrappers; "" where nothing does. */
export function wrapperOf(keys: readonly string[]): string {
  const wrapper = WRAPPERS.find((each) => keys.length > 0 && keys.every((key) => key.startsWith(each)));
  return wrapper === undefined ? "" : wrapper + wrapperOf(keys.map((key) => key.slice(wrapper.length)));
}
