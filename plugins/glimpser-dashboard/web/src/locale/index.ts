// Languages. English stands in the source, `msg("…")`; every folder has its German in `de.ts`, by the English text.

import { configureLocalization } from "@lit/localize";

export const LANGUAGES = [
  ["en", "English"],
  ["de", "Deutsch"],
] as const;

const { getLocale, setLocale } = configureLocalization({
  sourceLocale: "en",
  targetLocales: ["de"],
  loadLocale: () => import("./german.js"),
});

const KEY = "glimpser.language";

function known(language: string | null | undefined): string | undefined {
  const short = language?.slice(0, 2).toLowerCase();
  return LANGUAGES.find(([id]) => id === short)?.[0];
}

/** The language of the pages now. */
export const language = getLocale;

/** Speak a language; null = the one that was spoken here last, else the browser's first that is known. */
export async function setLanguage(wanted: string | null): Promise<void> {
  const kept = known(localStorage.getItem(KEY));
  const found = known(wanted) ?? kept ?? navigator.languages.map(known).find((id) => id !== undefined) ?? "en";
  if (known(wanted)) localStorage.setItem(KEY, found);
  document.documentElement.lang = found;
  await setLocale(found);
}
