export default {
  Search: "Suche",
  Streams: "Streams",
  Events: "Ereignisse",
  Users: "Benutzer",
  Settings: "Einstellungen",
  "What are you looking for?": "Was suchst du?",
  "{0} found": "{0} gefunden",
  "Nothing is called “{0}”": "Nichts heißt „{0}“",
  "Try a part of a name, a tag, or a type of event.":
    "Versuche es mit einem Teil eines Namens, einem Schlagwort oder einer Art von Ereignis.",
  "Searched before": "Zuletzt gesucht",
  "Arrow keys move, Enter opens, Escape leads back to the box.":
    "Pfeiltasten wählen, die Eingabetaste öffnet, Escape führt zurück ins Feld.",
} satisfies Record<string, string>;
