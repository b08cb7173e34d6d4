// What tests see of a page: what is broken to the eye, and which words stand on it. Shadow trees are looked into.

const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const up = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

function everything() {
    const all = [];
    const walk = (root) => root.querySelectorAll("*").forEach((element) => {
        all.push(element);
        if (element.shadowRoot) walk(element.shadowRoot);
    });
    walk(document);
    return all;
}

function breaks() {
    const all = everything();
    const found = [];
    const short = (element) => element.outerHTML.replace(/<!--.*?-->/g, "").slice(0, 120);
    const say = (what, element) => found.push(`${what}: ${short(element)}`);
    const held = (element) => {
        const at = up(element);
        return at && (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX) || held(at));
    };
    if (document.documentElement.scrollWidth > innerWidth) {
        found.push("it can be scrolled sideways");
        for (const element of all) {
            const {right, width} = element.getBoundingClientRect();
            if (width && right > innerWidth + 1 && !held(element)) { say(`it reaches ${right}`, element); break; }
        }
    }
    if (all.length > 3000) found.push(`${all.length} elements`);
    const lines = [];
    for (const element of all) {
        const name = element.localName;
        if (["script", "iframe", "math", "marquee"].includes(name) && element.closest("main")) found.push(`<${name}>`);
        const box = element.getBoundingClientRect();
        if (!box.width || !seen(element)) continue;
        const hidden = box.width <= 1 || box.height <= 1 || box.right < 0 || box.bottom < 0;
        if (hidden) continue;
        if (element.matches("button, a[href], input, select, summary, [role=button]")) {
            const inline = name === "a" && getComputedStyle(element).display === "inline";
            const label = element.closest("label")?.getBoundingClientRect();
            const least = Math.min(Math.max(box.width, label?.width ?? 0), Math.max(box.height, label?.height ?? 0));
            if (least < 23.5 && !inline) say(`small, ${box.width}x${box.height}`, element);
        }
        // Text of its own that does not fit: cut off without "…", or beyond what it stands in.
        const texts = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
        if (!texts.length || ["style", "script", "option", "textarea", "title"].includes(name)) continue;
        const range = document.createRange();
        const rects = texts.flatMap((node) => {
            range.selectNodeContents(node);
            return [...range.getClientRects()];
        });
        let cut = null;
        let scrolls = false;
        let layer = 0;
        for (let at = element; at; at = up(at)) {
            const style = getComputedStyle(at);
            // What lies above the page is a layer of its own, and so is what is turned or scrolled within it.
            if (["fixed", "sticky"].includes(style.position) || at.matches("dialog, [popover], :popover-open")) layer = at;
            if (/auto|scroll/.test(style.overflowX + style.overflowY)) scrolls = true;
            if (layer || scrolls) break;
            if (/hidden|clip/.test(style.overflowX + style.overflowY) && !cut) cut = at;
        }
        if (layer) continue;
        const edge = element.closest("button, a.button, .button, .chip, td, th, .badge, .tag");
        for (const rect of rects) {
            if (rect.width < 1 || rect.height < 1) continue;
            if (cut) {
                const around = cut.getBoundingClientRect();
                const style = getComputedStyle(cut);
                const within = cut === element || getComputedStyle(element).display === "inline";
                const dots = within && (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none");
                const over = rect.right > around.right + 1.5 || rect.bottom > around.bottom + 3 || rect.top < around.top - 3;
                if (over && !dots && around.width > 1 && around.height > 1) { say("cut off", element); break; }
                if (over) break;
            } else if (edge) {
                const around = edge.getBoundingClientRect();
                const over = rect.right > around.right + 1.5 || rect.left < around.left - 1.5;
                if (over) { say("beyond its edge", element); break; }
            }
            if (!scrolls) lines.push({element, rect});
        }
    }
    lines.sort((a, b) => a.rect.top - b.rect.top);
    const told = new Set();
    lines.forEach(({element, rect}, n) => {
        for (let m = n + 1; m < lines.length && lines[m].rect.top < rect.bottom - 4; m++) {
            const other = lines[m];
            if (other.element === element || told.has(other.element)) continue;
            const wide = Math.min(rect.right, other.rect.right) - Math.max(rect.left, other.rect.left);
            const high = Math.min(rect.bottom, other.rect.bottom) - other.rect.top;
            if (wide > 3 && high > 4 && !element.contains(other.element) && !other.element.contains(element)) {
                told.add(other.element);
                found.push(`over each other: ${short(element)} and ${short(other.element)}`);
            }
        }
    });
    return found;
}

function words() {
    const all = everything();
    const found = new Set([document.title]);
    for (const element of all) {
        if (["style", "script", "noscript"].includes(element.localName) || element.closest("pre, code, [translate=no]")) continue;
        for (const name of ["aria-label", "title", "placeholder", "alt", "aria-valuetext"]) {
            if (element.hasAttribute(name)) found.add(element.getAttribute(name));
        }
        // Names of places on the earth, hundreds of them.
        if (element.localName === "option" && element.parentElement.length > 50) continue;
        for (const node of element.childNodes) if (node.nodeType === 3) found.add(node.data);
    }
    return [...found].map((text) => text.replace(/\s+/g, " ").trim()).filter((text) => /[a-z]{3}/i.test(text));
}
