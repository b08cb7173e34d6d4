// Adding a stream: address, a try with a preview, a name.

import { get, send } from "./api.js";
import { dialog } from "./dialog.js";
import { button, fill, h, note } from "./dom.js";
import { Field, form } from "./form.js";
import { rate } from "./format.js";

const PATIENCE = 30000;

/** Open the dialog. */
export async function addStream(app) {
  const kinds = await get("api/source-kinds").catch((error) => void note(error.message, "bad"));
  if (!kinds) return;
  if (!kinds.length) {
    dialog("Add a stream", h("p", {}, "No plugin with a source is installed."));
    return;
  }
  const url = new Field("Address", "/config/url", { required: true, inputmode: "url", maxlength: 4096, autofocus: true,
    placeholder: "rtsp://camera.example/stream" }, "A camera, a video server, or a file below the media folders.");
  const name = new Field("Name", "/name", { required: true, maxlength: 200, placeholder: "Front door" });
  const kind = new Field("Kind", "/kind", { options: kinds.map((k) => [k.kind, k.title]) });
  const user = new Field("User name of the device", "/config/username", { maxlength: 256 }, "If it asks for one.");
  const password = new Field("Password of the device", "/config/password",
    { type: "password", maxlength: 256, autocomplete: "new-password" });
  const tried = h("div", { class: "tried", "aria-live": "polite" });

  function fit() {
    const chosen = kinds.find((k) => k.kind === kind.value);
    const known = chosen.config.properties ?? {};
    kind.node.hidden = kinds.length === 1;
    user.node.hidden = !("username" in known);
    password.node.hidden = !("password" in known);
  }

  function guess() {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.value)?.[1].toLowerCase() ?? "file";
    const fitting = kinds.filter((k) => k.schemes.includes(scheme));
    if (fitting.length && !fitting.some((k) => k.kind === kind.value)) kind.input.value = fitting[0].kind;
    fit();
  }

  url.input.addEventListener("change", guess);
  kind.input.addEventListener("change", fit);
  fit();

  function config() {
    const given = { url: url.value.trim() };
    if (!user.node.hidden && user.value) given.username = user.value;
    if (!password.node.hidden && password.value) given.password = password.value;
    return given;
  }

  async function attempt() {
    fill(tried, h("p", { class: "muted" }, "Trying…"));
    try {
      show(await send("POST", "api/streams/test", { kind: kind.value, config: config() }, { patience: PATIENCE }));
    } catch (error) {
      fill(tried);
      throw error;
    }
  }

  function show(found) {
    const facts = [found.resolution?.replace("x", "×"), rate(found.fps), found.codec].filter(Boolean).join(" · ");
    fill(tried,
      found.preview?.startsWith("data:image/jpeg;base64,") && h("img", { src: found.preview, alt: "Preview" }),
      h("p", { class: found.ok ? "good" : "wrong" }, found.ok ? `It works: ${facts}` : found.reason.text));
  }

  async function create() {
    const stream = await send("POST", "api/streams", { name: name.value, kind: kind.value, config: config() });
    app.streams.put(stream);
    close();
  }

  const { close } = dialog("Add a stream", form([url, name, kind, user, password], [
    tried,
    h("div", { class: "actions" }, pressable("Try", "try", ""), pressable("Add stream", "add", "primary")),
  ], async (pressed) => {
    guess();
    if (pressed === "try") await attempt();
    else await create();
  }, { needs: (pressed) => (pressed === "try" ? [url] : [url, name]) }));
}

function pressable(words, value, kind) {
  const made = button(null, words, null, { kind, type: "submit" });
  made.value = value;
  return made;
}
