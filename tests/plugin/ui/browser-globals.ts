/** What modules of the interface read of a browser while they are loaded: to be imported before them. */
Object.defineProperty(globalThis, "navigator", {
  value: { userAgent: "test", languages: ["en"], language: "en" },
  configurable: true,
});
