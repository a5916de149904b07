/** Native files inside packages that are not under the package's licence: `licence` by SPDX where it is an open one. */
export const FOREIGN_FILES = [
  {
    file: "DirectML.dll",
    notice:
      "Copyright (c) Microsoft Corporation. The DirectML redistributable, in onnxruntime-node for Windows. It is no open-source software: Microsoft's licence terms for DirectML, which come with the NuGet package Microsoft.AI.DirectML, allow to pass it on unchanged as part of a program for Windows.",
  },
  {
    file: "dxil.dll",
    notice:
      "Copyright (c) Microsoft Corporation. Signs shaders; in onnxruntime-node for Windows, from the releases of the DirectX Shader Compiler (https://github.com/microsoft/DirectXShaderCompiler). It is no open-source software: Microsoft's licence terms, LICENSE-MS.txt of that release, allow to pass it on unchanged as part of a program for Windows.",
  },
  {
    file: "dxcompiler.dll",
    licence: "NCSA",
    notice:
      "The DirectX Shader Compiler, a fork of LLVM and Clang; in onnxruntime-node for Windows. Its source: https://github.com/microsoft/DirectXShaderCompiler. The standard text is below.",
  },
];
