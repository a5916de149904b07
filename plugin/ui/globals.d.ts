/** Set by the build; shown in the interface and sent to the companion. */
declare const BUILD_ID: string;

declare module "*.css";
