export default {
  Groups: "Gruppen",
  "1 stream": "1 Stream",
  "A group gathers streams, so that they are found, shown and granted together.":
    "Eine Gruppe fasst Streams zusammen, damit sie gemeinsam gefunden, gezeigt und freigegeben werden.",
  "Create group": "Gruppe anlegen",
  "Delete this group?": "Diese Gruppe löschen?",
  Delete: "Löschen",
  "Edit group": "Gruppe bearbeiten",
  "More about {0}": "Mehr über {0}",
  "New group": "Neue Gruppe",
  "No groups yet": "Noch keine Gruppen",
  Private: "Privat",
  Save: "Speichern",
  Search: "Suchen",
  "Shown only to those who manage groups, and to those it is granted to.":
    "Nur für die sichtbar, die Gruppen verwalten, und für die, denen sie freigegeben ist.",
  "Access to {0}": "Zugriff auf {0}",
  "Access…": "Zugriff…",
  "It holds for all streams of the group, those that join it later too.":
    "Es gilt für alle Streams der Gruppe, auch für die, die später dazukommen.",
  "Make it again": "Neu anlegen",
  "The group is deleted, and what was granted by it has ended.":
    "Die Gruppe ist gelöscht, und was über sie gewährt war, ist beendet.",
  "There is no group that you may see.": "Es gibt keine Gruppe, die du sehen darfst.",
  "{0} streams": "{0} Streams",
  "“{0}” is removed, and what was granted by it ends. Its streams stay.":
    "„{0}“ wird entfernt, und was über sie freigegeben war, endet. Ihre Streams bleiben.",
} satisfies Record<string, string>;
