// Activities: what was noticed, as cards, and one of them in a dialog with its clip.

import { at, get, send } from "./api.js";
import { dialog } from "./dialog.js";
import { button, fill, h, icon, note, say } from "./dom.js";
import { clock, lasted, typeName, when } from "./format.js";

function words(activity) {
  return activity.types.map(typeName).join(", ") || "Activity";
}

function length(activity) {
  const length = lasted(activity);
  return activity.ended_at ? length : "happening now";
}

function score(value) {
  return value === null ? null : h("span", { class: "score", title: "How sure it was, at its peak" }, `${Math.round(value * 100)} %`);
}

/** Mark an activity as reviewed or not; gives it as it is then. */
export async function review(activity, reviewed) {
  return send("PATCH", `api/activities/${activity.id}`, { reviewed }, { match: `"v${activity.version}"` }).catch(
    async (error) => {
      if (error.status !== 412) throw error;
      return send("PATCH", `api/activities/${activity.id}`, { reviewed }, { match: "*" });
    },
  );
}

/** A card of an activity. `changed(activity)` is told when the viewer reviewed it. */
export class ActivityCard {
  #app;
  #changed;
  activity = null;

  constructor(app, changed) {
    this.#app = app;
    this.#changed = changed;
    this.node = h("li", { class: "activity" });
  }

  update(activity) {
    const before = this.activity;
    if (before && JSON.stringify(before) === JSON.stringify(activity)) return;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.role : null;
    this.activity = activity;
    this.node.classList.toggle("reviewed", activity.reviewed);
    this.node.dataset.severity = activity.severity;
    this.node.dataset.activity = activity.id;
    fill(this.node, this.#picture(), this.#text());
    if (focused) this.node.querySelector(`[data-role="${focused}"]`)?.focus();
  }

  #picture() {
    const { snapshot_id, clip_id } = this.activity;
    const label = `${clip_id ? "Play the clip" : "Open"}: ${words(this.activity)}, ${when(this.activity.started_at)}`;
    return h("button", { class: "thumb", type: "button", "aria-label": label, data: { role: "open" },
      on: { click: () => openActivity(this.#app, this.activity, this.#changed) } },
      snapshot_id ? h("img", { src: at(`api/snapshots/${snapshot_id}/image`), alt: "", loading: "lazy", decoding: "async" })
        : icon("picture"),
      clip_id && h("span", { class: "play" }, icon("play")));
  }

  #text() {
    const a = this.activity;
    return h("div", { class: "about" },
      h("h3", {}, h("span", { class: "what" }, words(a)), !a.ended_at && h("span", { class: "badge motion" }, "Now")),
      h("p", { class: "where" }, this.#app.streams.name(a.stream_id)),
      h("p", { class: "muted" }, h("time", { datetime: a.started_at }, clock(a.started_at)), ` · ${length(a)}`,
        a.event_count > 1 && ` · ${a.event_count} events`),
      h("p", { class: "chips" }, h("span", { class: "chip", data: { severity: a.severity } }, a.severity), score(a.score)),
      a.can.includes("activities.review") && this.#mark());
  }

  #mark() {
    const { reviewed } = this.activity;
    const made = button("check", reviewed ? "Reviewed" : "Mark reviewed", async () => {
      made.disabled = true;
      await review(this.activity, !reviewed).then(this.#changed, (error) => note(error.message, "bad"));
      made.disabled = false;
    }, { kind: `small mark ${reviewed ? "done" : ""}` });
    made.setAttribute("aria-pressed", String(reviewed));
    made.dataset.role = "mark";
    return made;
  }
}

/** Show an activity with its clip, or the picture of its best frame, and its events. */
export async function openActivity(app, activity, changed = () => {}) {
  const stage = h("div", { class: "stage" });
  const events = h("ul", { class: "events" });
  const actions = h("div", { class: "actions" });
  const { node } = dialog(words(activity), [
    stage,
    h("p", {}, h("a", { href: at(`streams/${activity.stream_id}`), on: { click: () => node.close() } },
      app.streams.name(activity.stream_id)), ` · ${when(activity.started_at)} · ${length(activity)}`),
    events, actions], { kind: "large" });
  drawStage(stage, activity);
  try {
    draw(await get(`api/activities/${activity.id}`));
  } catch (error) {
    fill(events, h("li", { class: "wrong" }, error.message));
  }

  function draw(detail) {
    fill(events, detail.events.map((event) => h("li", { data: { severity: event.severity } },
      h("time", { datetime: event.started_at }, clock(event.started_at)),
      h("span", { class: "text" }, event.text || typeName(event.type)),
      h("span", { class: "muted" }, event.state === "open" ? "now" : lasted(event)), score(event.score))));
    fill(actions,
      detail.clip_id && h("a", { class: "button", href: at(`api/clips/${detail.clip_id}/file`), download: "" }, "Download clip"),
      detail.can.includes("activities.review") && button("check", detail.reviewed ? "Mark not reviewed" : "Mark reviewed",
        async () => {
          const now = await review(detail, !detail.reviewed).catch((error) => note(error.message, "bad"));
          if (!now) return;
          changed(now);
          draw(now);
        }, { kind: detail.reviewed ? "" : "primary" }));
  }
}

function drawStage(stage, activity) {
  const picture = activity.snapshot_id && at(`api/snapshots/${activity.snapshot_id}/image`);
  if (!activity.clip_id) {
    fill(stage, picture ? h("img", { src: picture, alt: "The best frame" }) : h("p", { class: "muted" }, "No picture was kept."));
    return;
  }
  const trouble = h("p", { class: "wrong", role: "alert" });
  const video = h("video", { src: at(`api/clips/${activity.clip_id}/file`), controls: true, autoplay: true, muted: true,
    playsinline: true, poster: picture || null, on: { error: () => say(trouble, "This browser cannot play the clip; download it instead.") } });
  video.muted = true;
  fill(stage, video, trouble);
}

