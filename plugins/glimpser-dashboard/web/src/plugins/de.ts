export default {
  "This plugin has no settings.": "Dieses Plugin hat keine Einstellungen.",
  "Your role may not see its settings.": "Deine Rolle darf seine Einstellungen nicht sehen.",
  Check: "Prüfen",
  "the environment": "die Umgebung",
  "a file on the hub's machine": "eine Datei auf dem Rechner des Hubs",
  "Somebody else changed these settings meanwhile. Load the page again to see them.":
    "Jemand anders hat diese Einstellungen inzwischen geändert. Lade die Seite neu, um sie zu sehen.",
  "This can be used.": "So geht es.",
  "Saved. It holds from the hub's next start on.": "Gespeichert. Es gilt ab dem nächsten Start des Hubs.",
} satisfies Record<string, string>;
