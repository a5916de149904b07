/** QuickJS as WebAssembly: the release build, loaded once. */
import moduleLoader from "@jitl/quickjs-wasmfile-release-sync/emscripten-module";
import { QuickJSFFI } from "@jitl/quickjs-wasmfile-release-sync/ffi";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";

const RELEASE: QuickJSSyncVariant = {
  type: "sync",
  importFFI: async () => QuickJSFFI,
  importModuleLoader: async () => moduleLoader,
};

/** `wasm`: where the page finds the .wasm file; Node finds it by itself. */
export function loadQuickJs(wasm?: string): Promise<QuickJSWASMModule> {
  return newQuickJSWASMModuleFromVariant(wasm === undefined ? RELEASE : newVariant(RELEASE, { wasmLocation: wasm }));
}
