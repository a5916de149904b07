import { both } from "./both.ts";

/** What a Fill is for, and what helps with it. */
export const fillKind = both(
  {
    label: "What for",
    automatic: (kind: string) => `Automatic: ${kind.charAt(0).toLowerCase()}${kind.slice(1)}`,
    kinds: {
      continue: "Continue what is around",
      remove: "Remove what is there",
      background: "Replace the background",
      add: "Add what the words say",
    },
    tools: {
      control: (name: string) => `Helped by “${name}”, which was trained to fill.`,
      model: (name: string) => `Painted by “${name}”, which was trained to fill.`,
    },
    alone: (model: string) => `Painted by “${model}” alone.`,
    useAlone: (model: string) => `Use “${model}” alone`,
    useTool: (name: string) => `Use “${name}”`,
  },
  {
    label: "Wofür",
    automatic: (kind) => `Automatisch: ${kind}`,
    kinds: {
      continue: "Umgebung fortsetzen",
      remove: "Entfernen, was dort ist",
      background: "Hintergrund ersetzen",
      add: "Beschriebenes hinzufügen",
    },
    tools: {
      control: (name) => `Mit Hilfe von „${name}“, das Füllen gelernt hat.`,
      model: (name) => `Gemalt von „${name}“, das Füllen gelernt hat.`,
    },
    alone: (model) => `Von „${model}“ allein gemalt.`,
    useAlone: (model) => `Nur „${model}“ verwenden`,
    useTool: (name) => `„${name}“ verwenden`,
  },
);
