// The words of the repair page and of what stands around it, in the languages that it speaks. The other built-in pages
// speak English: where people are to have theirs, the dashboard is.

const GERMAN = {
  "Repair": "Reparatur",
  "Wall": "Wand",
  "Events": "Ereignisse",
  "Pages": "Seiten",
  "Security": "Sicherheit",
  "Live": "Live",
  "Connecting…": "Verbinden…",
  "Reconnecting…": "Neu verbinden…",
  "Skip to content": "Zum Inhalt",
  "Switch between light and dark": "Zwischen hell und dunkel wechseln",
  "Sign out {0}": "{0} abmelden",
  "Sign out, and sign in at your provider again.": "Melde dich ab und bei deinem Anbieter neu an.",
  "This connection is not encrypted: passwords and pictures can be read on the way.":
    "Diese Verbindung ist nicht verschlüsselt: Passwörter und Bilder lassen sich unterwegs mitlesen.",
  "This is a demo: look at everything. Nothing can be changed.": "Das ist eine Vorführung: Sieh dir alles an. Nichts lässt sich ändern.",
  "Sign in": "Anmelden",
  "Close": "Schließen",
  "Cancel": "Abbrechen",
  "Continue": "Weiter",
  "Password": "Passwort",
  "Code": "Code",
  "Or a code:": "Oder ein Code:",
  "Of your authenticator app, or a recovery code.": "Aus deiner Authenticator-App oder ein Wiederherstellungscode.",
  "Is it still you?": "Bist du es noch?",
  "This needs a proof that is not older than five minutes.": "Das braucht einen Beweis, der nicht älter als fünf Minuten ist.",
  "This is needed.": "Das wird gebraucht.",
  "Running": "Läuft",
  "Starting": "Startet",
  "Off": "Aus",
  "Blocked": "Blockiert",
  "Does not fit": "Passt nicht",
  "Stopped": "Angehalten",
  "Broken": "Kaputt",
  "Misconfigured": "Falsch eingestellt",
  "Its tables failed": "Seine Tabellen sind gescheitert",
  "Not ready yet": "Noch nicht bereit",
  "Running in part": "Läuft teilweise",
  "from the environment": "aus der Umgebung",
  "from the file": "aus der Datei",
  "set in the pages": "auf den Seiten eingestellt",
  "by default": "als Vorgabe",
  "at least {0}": "mindestens {0}",
  "more than {0}": "mehr als {0}",
  "at most {0}": "höchstens {0}",
  "at least {0} characters": "mindestens {0} Zeichen",
  "at most {0} characters": "höchstens {0} Zeichen",
  "a whole number": "eine ganze Zahl",
  "a number": "eine Zahl",
  "yes or no": "ja oder nein",
  "a text": "ein Text",
  "one of {0}": "eines von {0}",
  "Allowed: {0}.": "Erlaubt: {0}.",
  "This is for those who see plugins. Ask who runs this hub.": "Das ist für alle, die Plugins sehen. Frag, wer diesen Hub betreibt.",
  "The hub runs in safe mode: plugins of others are not loaded, and the built-in pages are shown. Put right what is broken, then start it without --safe.":
    "Der Hub läuft im abgesicherten Modus: Plugins anderer sind nicht geladen, und die eingebauten Seiten werden gezeigt. Bring in Ordnung, was kaputt ist, und starte ihn dann ohne --safe.",
  "What cannot be used, why, and how to put it right. Changes to plugins hold from the next start of the hub.":
    "Was nicht zu gebrauchen ist, warum, und wie man es in Ordnung bringt. Änderungen an Plugins gelten ab dem nächsten Start des Hubs.",
  "Nothing is broken.": "Nichts ist kaputt.",
  "Settings that are not used": "Einstellungen, die nicht gelten",
  "Plugins that do not work": "Plugins, die nicht gehen",
  "Other plugins": "Andere Plugins",
  "It is": "Es ist",
  "Change it there; it cannot be changed from here.": "Ändere es dort; von hier geht es nicht.",
  "Use the default": "Vorgabe nehmen",
  "Save": "Sichern",
  "It holds from now on.": "Es gilt ab jetzt.",
  "New value of {0}": "Neuer Wert von {0}",
  "It holds from the next start of the hub.": "Es gilt ab dem nächsten Start des Hubs.",
  "On from the next start": "An ab dem nächsten Start",
  "Off from the next start": "Aus ab dem nächsten Start",
  "Forget its settings": "Seine Einstellungen vergessen",
  "Forget the settings of {0}?": "Die Einstellungen von {0} vergessen?",
  "What was set in the pages is lost, and the defaults hold.": "Was auf den Seiten eingestellt wurde, geht verloren, und die Vorgaben gelten.",
  "Forget": "Vergessen",
  "Switch {0} off": "{0} ausschalten",
  "Switch {0} on": "{0} einschalten",
};

let known = {};

/** Speak a language from now on, or the browser's where none is given; English where it is not known. */
export function speak(language) {
  const german = (language ?? navigator.language).toLowerCase().startsWith("de");
  known = german ? GERMAN : {};
  document.documentElement.lang = german ? "de" : "en";
}

/** A text in the language that is spoken; `{0}`, `{1}`… stand for values. */
export function t(english, ...values) {
  return (known[english] ?? english).replace(/\{(\d+)\}/g, (_, n) => String(values[n]));
}
