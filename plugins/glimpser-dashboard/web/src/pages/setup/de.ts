export default {
  "Set up": "Einrichten",
  "Already set up": "Schon eingerichtet",
  "This hub has an administrator.": "Dieser Hub hat einen Administrator.",
  "Welcome to Glimpser": "Willkommen bei Glimpser",
  "This hub has no administrator yet. Open the set-up link that it printed when it started, or get a new one on the machine where it runs:":
    "Dieser Hub hat noch keinen Administrator. Öffne den Einrichtungslink, den er beim Start ausgegeben hat, oder hole dir einen neuen auf dem Rechner, auf dem er läuft:",
  "Create the first administrator. The link works once.": "Lege den ersten Administrator an. Der Link gilt einmal.",
  "Your name": "Dein Name",
  "Password again": "Passwort noch einmal",
  "Create administrator": "Administrator anlegen",
} satisfies Record<string, string>;
