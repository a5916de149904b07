import { LANGUAGES, type Settings } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Select } from "../parts/select.tsx";
import { LANGUAGE_NAMES, languageFor, t } from "../text/language.ts";

const AUTOMATIC = "";

/** The language of the interface: the browser's, or one that was chosen. */
export function LanguageSelect({ settings, actions }: { settings: Settings; actions: Actions }) {
  const own = LANGUAGE_NAMES[languageFor(navigator.languages)];
  return (
    <Select
      label={t.settings.language}
      value={settings.language ?? AUTOMATIC}
      options={[
        { value: AUTOMATIC, label: t.settings.automatic(own) },
        ...LANGUAGES.map((language) => ({ value: language, label: LANGUAGE_NAMES[language] })),
      ]}
      onChange={(value) => actions.set({ language: LANGUAGES.find((language) => language === value) })}
    />
  );
}
