// @ts-check
/** What the library says to people, in German: `messages.js` says what each key is for. */

export default {
  language: "de",
  start: "Sprachanruf starten",
  stop: "Auflegen",
  mute: "Stummschalten",
  unlock: "Ton einschalten",
  talk: "Zum Sprechen halten",
  lines: "Was gesagt wird",
  label: "Sprachanruf",
  agent: "Agent",
  you: "Sie",
  calling: "Verbindung wird aufgebaut …",
  speak: "Sie können jetzt sprechen.",
  hold: "Verbunden. Halten Sie zum Sprechen die Schaltfläche gedrückt.",
  connected: "Verbunden. Sie können jetzt sprechen.",
  reconnecting: "Verbindung wird wiederhergestellt …",
  weak: "Die Verbindung ist schwach und wird wiederhergestellt …",
  hangingUp: "Es wird aufgelegt …",
  ending: "Der Anruf wird beendet …",
  ended: "Der Anruf ist beendet.",
  anotherWay: "Ein anderer Weg durch das Netz wird versucht …",
  noWebrtc:
    "Dieser Browser hat kein WebRTC, deshalb läuft der Ton über die Webverbindung. Er kann sich leicht verzögern.",
  recorder:
    "Dieser Browser hat kein WebRTC, deshalb wird Ihre Stimme in kurzen Stücken aufgenommen und über die Webverbindung gesendet. Ihre Worte und die Antworten kommen ein bis zwei Sekunden später an.",
  blocked:
    "Dieses Netz blockiert direkte Tonverbindungen, deshalb läuft der Ton über die Webverbindung und kann sich leicht verzögern.",
  relayRefused:
    "Das TURN-Relay hat diesen Anruf abgelehnt, deshalb läuft der Ton über die Webverbindung und kann sich leicht verzögern. Die Administration kann das Relay mit manage.py check_ice prüfen.",
  recogniserFailed:
    "Die Spracherkennung ist ausgefallen, deshalb werden neue Worte nicht mitgeschrieben. Der Anruf läuft weiter.",
  lossUp: "{share} von dem, was Sie sagen, gehen unterwegs verloren.",
  queued: "Was Sie sagen, kommt {time} verspätet an: Das Netz ist zu langsam.",
  lossDown: "{share} der Stimme des Agenten gehen unterwegs verloren.",
  roundTrip: "Der Ton braucht {time} zum Server und zurück.",
  jitter: "Der Ton kommt ungleichmäßig an, um {time} versetzt.",
  "error.aborted": "Der Anruf wurde abgebrochen.",
  "error.permission": "Der Browser erlaubt das Mikrofon nicht.",
  "error.no-microphone": "Es wurde kein Mikrofon gefunden.",
  "error.microphone-busy":
    "Das Mikrofon konnte nicht geöffnet werden: Vielleicht verwendet es gerade ein anderes Programm.",
  "error.insecure": "Browser erlauben das Mikrofon nur über HTTPS.",
  "error.unsupported": "Dieser Browser kann keinen Ton senden.",
  "error.server-gone": "Der Server antwortet nicht.",
  "error.signed-out": "Das Ticket, das Token oder die Sitzung gilt nicht oder nicht mehr.",
  "error.not-allowed": "Der Server nimmt vom Ursprung dieser Seite keine Anrufe an ohne ein Ticket, das für ihn ausgestellt ist (docs/embedding.md).",
  "error.not-found":
    "Der Server hat keine solche Adresse: Stimmen das Ticket und die Adresse des Servers?",
  "error.no-media": "Der Ton kommt nicht bis zum Server durch.",
  "error.connection-lost": "Die Verbindung war zu lange unterbrochen.",
  "error.server-stopped": "Der Server wurde angehalten.",
  "error.staff-ended": "Das Personal des Servers hat den Anruf beendet.",
  "error.relay-settings": "Der Browser lehnt die STUN- oder TURN-Adressen des Servers ab.",
  "error.ticket": "Für den Anruf war kein Ticket zu bekommen.",
  "error.no-loudspeaker": "Dieser Lautsprecher wurde nicht gefunden.",
  "error.ended-meanwhile": "Der Anruf endete, bevor die Seite zu ihm zurückkam.",
  "error.in-another-tab": "Der Anruf läuft in einem anderen Tab.",
  "error.other": "Der Anruf ist fehlgeschlagen ({code}).",
};
