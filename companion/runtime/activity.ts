/**
 * Whether this process is inside the runtime now, which blocks the JavaScript thread for as long as it takes: 1, or else 0.
 * Shared memory, so that another thread can see it meanwhile.
 */
export const insideRuntime = new Int32Array(new SharedArrayBuffer(4));
