import { defineConfig } from "vite";

// The hub serves the built files below a folder whose name changes with them, and replaces `{files}` and `{root}`.
export default defineConfig(({ command }) => ({
  base: command === "build" ? "./" : "/",
  build: {
    outDir: "../glimpser_dashboard/static",
    emptyOutDir: true,
    target: "es2022",
    // Nothing may be written into documents as data, and names tell what a chunk is.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  experimental: {
    renderBuiltUrl: (name, { hostType }) => (hostType === "html" ? `{files}${name}` : { relative: true }),
  },
  plugins: [
    {
      name: "development",
      apply: "serve",
      transformIndexHtml: (html: string) => html.replaceAll("{root}", "/").replaceAll("{files}", "/"),
    },
  ],
  server: {
    proxy: Object.fromEntries(
      ["/api", "/favicon.svg", "/static", "/readyz"].map((path) => [
        path,
        { target: process.env.GLIMPSER_URL ?? "http://127.0.0.1:8080", ws: true },
      ]),
    ),
  },
}));
