export default {
  Zone: "Zone",
  "Motion mask": "Bewegungsmaske",
  "Privacy mask": "Privatmaske",
  "Events say when something moves in it.": "Ereignisse sagen, wenn sich darin etwas bewegt.",
  "Movement in it is ignored.": "Bewegung darin wird nicht beachtet.",
  "Painted black in everything that is shown and kept.": "Schwarz in allem, was gezeigt und behalten wird.",
  Draw: "Zeichnen",
  Undo: "Rückgängig",
  Redo: "Wiederholen",
  "Pull a rectangle open, or press corner by corner and end at the first. Escape stops.":
    "Ziehe ein Rechteck auf, oder setze Ecke um Ecke und ende an der ersten. Escape bricht ab.",
  "Pull corners or the whole region. A small dot adds a corner; Delete takes the focused one away.":
    "Ziehe Ecken oder die ganze Region. Ein kleiner Punkt fügt eine Ecke ein; Entf nimmt die gewählte weg.",
  "Press a region to change it.": "Drücke auf eine Region, um sie zu ändern.",
  "Choose what to draw. Without zones the whole picture counts.":
    "Wähle, was du zeichnest. Ohne Zonen zählt das ganze Bild.",
  "Name of the {0}": "Name der {0}",
  "Kind of {0}": "Art von {0}",
  "Corners by keyboard": "Ecken mit der Tastatur",
  "Move the corners of {0}": "Ecken von {0} bewegen",
  "The picture that regions are drawn on": "Das Bild, auf das Regionen gezeichnet werden",
  "There is no picture yet. Regions can be drawn all the same.":
    "Noch gibt es kein Bild. Regionen lassen sich trotzdem zeichnen.",
  "Corner {0} of {1} of {2}": "Ecke {0} von {1} von {2}",
  "Add a corner after {0}": "Ecke nach {0} einfügen",
  "Arrows move it, with Shift far, with Alt finely. Plus adds a corner after it, Delete takes it away.":
    "Pfeile bewegen sie, mit Umschalt weit, mit Alt fein. Plus fügt danach eine Ecke ein, Entf nimmt sie weg.",
} satisfies Record<string, string>;
