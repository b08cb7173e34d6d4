export default {
  "Sign in": "Anmelden",
  Name: "Name",
  or: "oder",
  "Sign in with {0}": "Anmelden mit {0}",
  "No way to sign in is installed. On the hub's machine: pip install glimpser-password":
    "Es ist kein Anmeldeverfahren installiert. Auf dem Rechner des Hubs: pip install glimpser-password",
  "One more step": "Noch ein Schritt",
  "Of your authenticator app, or a recovery code.": "Aus deiner Authenticator-App, oder ein Wiederherstellungscode.",
  "Trust this browser for 30 days": "Diesem Browser 30 Tage lang vertrauen",
  "Begin again": "Von vorn beginnen",
  "This sign-in took too long, or began in another browser. Try again.":
    "Diese Anmeldung hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Versuche es noch einmal.",
  "The provider's answer could not be accepted. Try again, or ask who runs this hub: its log says why.":
    "Die Antwort des Anbieters wurde nicht angenommen. Versuche es noch einmal oder frage, wer diesen Hub betreibt: Im Protokoll steht der Grund.",
  "The provider did not sign you in.": "Der Anbieter hat dich nicht angemeldet.",
  "You have no account here. Ask who runs this hub to link yours.":
    "Du hast hier kein Konto. Bitte, wer diesen Hub betreibt, deines zu verknüpfen.",
  "You have no role here. Ask who runs this hub which group it takes.":
    "Du hast hier keine Rolle. Frage, wer diesen Hub betreibt, welche Gruppe dafür nötig ist.",
  "Somebody here is called as you are at the provider. Ask who runs this hub to link your account.":
    "Hier heißt schon jemand so wie du beim Anbieter. Bitte, wer diesen Hub betreibt, dein Konto zu verknüpfen.",
  "Your name at the provider cannot be a name here. Ask who runs this hub for an account.":
    "Dein Name beim Anbieter ist hier nicht möglich. Bitte, wer diesen Hub betreibt, um ein Konto.",
  "The provider cannot be used right now. Try again later.":
    "Der Anbieter ist gerade nicht erreichbar. Versuche es später noch einmal.",
  "The provider did not ask you for a proof. Sign out there, and try again.":
    "Der Anbieter hat keinen Nachweis verlangt. Melde dich dort ab und versuche es noch einmal.",
  "The provider signed in somebody else.": "Der Anbieter hat jemand anderen angemeldet.",
  "Your second factor cannot be checked right now. Ask who runs this hub.":
    "Dein zweiter Faktor kann gerade nicht geprüft werden. Frage, wer diesen Hub betreibt.",
  "This account of the provider belongs to another user here.":
    "Dieses Konto des Anbieters gehört hier zu einem anderen Benutzer.",
  "This sign-in did not work. Try again.": "Diese Anmeldung hat nicht geklappt. Versuche es noch einmal.",
  "{0} hours": "{0} Stunden",
  "1 minute": "1 Minute",
  "{0} minutes": "{0} Minuten",
  "Too many failures: try again in {0}.": "Zu viele Fehlversuche: Versuche es in {0} noch einmal.",
} satisfies Record<string, string>;
