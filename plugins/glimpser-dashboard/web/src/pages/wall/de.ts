export default {
  Wall: "Wand",
  "{0} of {1} live": "{0} von {1} live",
  "Full screen": "Vollbild",
  "No streams yet": "Noch keine Streams",
  "Add a camera, a video server or a file, and it appears here live.":
    "Füge eine Kamera, einen Videoserver oder eine Datei hinzu, und sie erscheint hier live.",
  "Nobody has added a stream that you may see.": "Noch niemand hat einen Stream hinzugefügt, den du sehen darfst.",
} satisfies Record<string, string>;
