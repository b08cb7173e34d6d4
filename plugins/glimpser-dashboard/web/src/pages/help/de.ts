export default {
  Help: "Hilfe",
  "Everything can be done by keyboard.": "Alles geht auch mit der Tastatur.",
  "For programs": "Für Programme",
  "Everything that these pages do is done by the hub's API, which you may use too.":
    "Alles, was diese Seiten tun, tun sie über die API des Hubs, die auch dir offensteht.",
  "Description of the API": "Beschreibung der API",
} satisfies Record<string, string>;
