// @ts-check
/** What the library says to people, in Spanish: `messages.js` says what each key is for. */

export default {
  language: "es",
  start: "Iniciar una llamada de voz",
  stop: "Colgar",
  mute: "Silenciar",
  unlock: "Activar el sonido",
  talk: "Mantener para hablar",
  lines: "Lo que se dice",
  label: "Llamada de voz",
  agent: "Agente",
  you: "Usted",
  calling: "Llamando…",
  speak: "Ya puede hablar.",
  hold: "Conexión establecida. Mantenga pulsado el botón para hablar.",
  connected: "Conexión establecida. Ya puede hablar.",
  reconnecting: "Restableciendo la conexión…",
  weak: "La conexión es débil. Se está restableciendo…",
  hangingUp: "Colgando…",
  ending: "Terminando la llamada…",
  ended: "La llamada ha terminado.",
  anotherWay: "Probando otro camino por la red…",
  noWebrtc:
    "Este navegador no tiene WebRTC, por lo que el sonido va por la conexión web. Puede retrasarse un poco.",
  recorder:
    "Este navegador no tiene WebRTC, por lo que su voz se graba en fragmentos cortos y se envía por la conexión web. Sus palabras y las respuestas llegan con uno o dos segundos de retraso.",
  blocked:
    "Esta red bloquea las conexiones de sonido directas, por lo que el sonido va por la conexión web y puede retrasarse un poco.",
  relayRefused:
    "El servidor TURN ha rechazado esta llamada, por lo que el sonido va por la conexión web y puede retrasarse un poco. La administración puede comprobarlo con manage.py check_ice.",
  recogniserFailed:
    "El reconocimiento de voz se ha detenido, por lo que no se transcriben más palabras. La llamada continúa.",
  lossUp: "El {share} de lo que usted dice se pierde por el camino.",
  queued: "Lo que usted dice llega con {time} de retraso: la red es demasiado lenta.",
  lossDown: "El {share} de la voz del agente se pierde por el camino.",
  roundTrip: "El sonido tarda {time} en ir al servidor y volver.",
  jitter: "El sonido llega de forma irregular, con variaciones de {time}.",
  "error.aborted": "La llamada se ha cancelado.",
  "error.permission": "El navegador no permite usar el micrófono.",
  "error.no-microphone": "No se ha encontrado ningún micrófono.",
  "error.microphone-busy":
    "No se ha podido abrir el micrófono: quizá lo esté usando otro programa.",
  "error.insecure": "Los navegadores solo permiten el micrófono a través de HTTPS.",
  "error.unsupported": "Este navegador no puede enviar sonido.",
  "error.server-gone": "El servidor no responde.",
  "error.signed-out": "El tique, el token o la sesión no es válido o ha dejado de serlo.",
  "error.not-allowed": "El servidor no acepta llamadas desde el origen de esta página sin un tique emitido para él (docs/embedding.md).",
  "error.not-found":
    "El servidor no tiene esa dirección: ¿son correctos el tique y la dirección del servidor?",
  "error.no-media": "El sonido no llega al servidor.",
  "error.connection-lost": "La conexión se ha interrumpido durante demasiado tiempo.",
  "error.server-stopped": "El servidor se ha detenido.",
  "error.staff-ended": "El personal del servidor ha terminado la llamada.",
  "error.relay-settings": "El navegador rechaza las direcciones STUN o TURN del servidor.",
  "error.ticket": "No se ha podido obtener un tique para la llamada.",
  "error.no-loudspeaker": "No se encontró ese altavoz.",
  "error.ended-meanwhile": "La llamada terminó antes de que la página volviera a ella.",
  "error.in-another-tab": "La llamada continúa en otra pestaña.",
  "error.other": "La llamada ha fallado ({code}).",
};
