// How much there is to review, on the icon of the installed app.

import { api } from "../api/client.js";
import { session } from "./session.js";
import { socket } from "./socket.js";

const PAUSE = 5000;
const INSTALLED = matchMedia("(display-mode: standalone), (display-mode: minimal-ui), (display-mode: fullscreen)");

let timer = 0;

async function count(): Promise<void> {
  timer = 0;
  if (session.presence !== "in" || !session.can("events.view")) return;
  const { response } = await api.GET("/api/activities", { params: { query: { reviewed: false, limit: 1 } } });
  // Signed out meanwhile: then the icon tells nothing.
  if (session.presence !== "in") return;
  await navigator.setAppBadge(Number.parseInt(response.headers.get("X-Total-Count") ?? "", 10) || 0);
}

function soon(pause = PAUSE): void {
  if (timer || !INSTALLED.matches) return;
  timer = window.setTimeout(() => void count().catch(() => {}), pause);
}

if ("setAppBadge" in navigator) {
  socket.onReset(() => soon(0));
  socket.onChange(({ topic, change }) => {
    if (topic === "review" || (topic === "activity" && (change === "started" || change === "deleted"))) soon();
  });
  session.subscribe(() => {
    if (session.presence === "out") void navigator.clearAppBadge().catch(() => {});
  });
}
