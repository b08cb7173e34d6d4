export default {
  "Choose a password": "Passwort wählen",
  "The password is saved. Sign in with it.": "Das Passwort ist gespeichert. Melde dich damit an.",
  "Welcome, {0}": "Willkommen, {0}",
  "New password for {0}": "Neues Passwort für {0}",
  "You were invited to this hub. Choose your password, then sign in as {0}.":
    "Du wurdest zu diesem Hub eingeladen. Wähle dein Passwort und melde dich dann als {0} an.",
  "Choose a new password. You are signed out everywhere, and sign in with the new one.":
    "Wähle ein neues Passwort. Du wirst überall abgemeldet und meldest dich mit dem neuen an.",
  "New password": "Neues Passwort",
  "New password again": "Neues Passwort noch einmal",
  "Save password": "Passwort speichern",
  "This link is not good any more": "Dieser Link gilt nicht mehr",
  "It was used, has ended, or was never one. Ask whoever gave it to you for a new one.":
    "Er wurde benutzt, ist abgelaufen oder war nie einer. Bitte, wer ihn dir gab, um einen neuen.",
} satisfies Record<string, string>;
