export default {
  "First steps": "Erste Schritte",
  "A stream": "Ein Stream",
  "A zone": "Eine Zone",
  "What happens": "Was geschieht",
  Skip: "Überspringen",
  "Times are shown in": "Zeiten werden gezeigt in",
  "What do you want to watch? A camera, a video server, a picture on the web, or a file.":
    "Was willst du beobachten? Eine Kamera, einen Videoserver, ein Bild im Web oder eine Datei.",
  "Press Zone and pull a rectangle over what matters, such as a door. Events then say when something moves there.":
    "Drücke Zone und ziehe ein Rechteck über das, worauf es ankommt, etwa eine Tür. Ereignisse sagen dann, wenn sich dort etwas bewegt.",
  "Without a zone": "Ohne Zone",
  "Save the zone": "Zone speichern",
  "The zone was saved.": "Die Zone wurde gespeichert.",
  "Something moves right now. It is in the inbox.": "Gerade bewegt sich etwas. Es steht im Eingang.",
  "This is live. When something moves, the picture gets a red frame, and the inbox keeps what happened.":
    "Das ist live. Bewegt sich etwas, bekommt das Bild einen roten Rahmen, und der Eingang behält, was geschah.",
  "Another stream": "Noch ein Stream",
  "To the inbox": "Zum Eingang",
} satisfies Record<string, string>;
