export default {
  Shared: "Geteilt",
  "Shared with you": "Mit dir geteilt",
  "This link has a password. Who gave you the link knows it.":
    "Dieser Link hat ein Passwort. Wer dir den Link gab, kennt es.",
  Show: "Anzeigen",
  "This link shows nothing any more": "Dieser Link zeigt nichts mehr",
  "It has ended, or was never one. Ask whoever gave it to you for a new one.":
    "Er ist abgelaufen oder war nie einer. Bitte, wer ihn dir gab, um einen neuen.",
  "This browser cannot play the clip.": "Dieser Browser kann den Clip nicht abspielen.",
  "The best frame": "Das beste Bild",
  "No picture was kept.": "Es wurde kein Bild aufbewahrt.",
} satisfies Record<string, string>;
