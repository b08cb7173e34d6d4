export default {
  "Skip to content": "Zum Inhalt springen",
  "There is no such page": "Diese Seite gibt es nicht",
  "The address may be mistyped, or what it named is gone.":
    "Vielleicht ist die Adresse vertippt, oder was sie nannte, gibt es nicht mehr.",
  "To the wall": "Zur Wand",
  "This is not for you to see": "Das darfst du nicht sehen",
  "Your role does not allow it. Ask who runs this hub if you need it.":
    "Deine Rolle erlaubt es nicht. Frage, wer diesen Hub betreibt, wenn du es brauchst.",
  "What you may do": "Was du darfst",
  "Loading…": "Lädt…",
  "This did not work": "Das hat nicht geklappt",
  "Try again": "Noch einmal versuchen",
  Light: "Hell",
  Dark: "Dunkel",
  "Your account": "Dein Konto",
  "Sign out": "Abmelden",
  "Sign out {0}": "{0} abmelden",
  "Reconnecting…": "Verbindet wieder…",
  "The hub does not answer": "Der Hub antwortet nicht",
  "The hub is restarting…": "Der Hub startet neu…",
  "No network": "Kein Netz",
  Watch: "Beobachten",
  Manage: "Verwalten",
  System: "System",
  "Wide menu": "Breites Menü",
  "Narrow menu": "Schmales Menü",
  Pages: "Seiten",
  "This connection is not encrypted: passwords and pictures can be read on the way.":
    "Diese Verbindung ist nicht verschlüsselt: Passwörter und Bilder können unterwegs gelesen werden.",
  "Glimpser was updated. These pages are of the version before.":
    "Glimpser wurde aktualisiert. Diese Seiten sind noch von der Version davor.",
  "Load the new ones": "Die neuen laden",
} satisfies Record<string, string>;
