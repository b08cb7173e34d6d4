import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { icons } from "./scripts/icons.js";

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
    // Which chunk needs which, for the test of how large the first page is.
    manifest: "chunks.json",
    reportCompressedSize: false,
    rolldownOptions: {
      // Beside the pages, modules of panels: the hub names those by a name that stays.
      input: { index: "index.html", regions: "src/regions/index.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "regions" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  // Forms are not validated by generated code, which the content policy forbids: see src/forms/no-ajv.ts.
  resolve: {
    alias: Object.fromEntries(
      ["ajv", "ajv-formats"].map((name) => [name, fileURLToPath(new URL("src/forms/no-ajv.ts", import.meta.url))]),
    ),
  },
  experimental: {
    renderBuiltUrl: (name, { hostType }) => (hostType === "html" ? `{files}${name}` : { relative: true }),
  },
  plugins: [
    icons(),
    // The worker and its list of files. The manifest is written by hand, and pages register the worker themselves:
    // Trusted Types want an address that a policy let pass.
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/worker",
      filename: "sw.ts",
      injectRegister: false,
      manifest: false,
      integration: {
        configureCustomSWViteBuild: (config) => {
          config.logLevel = "warn";
        },
      },
      injectManifest: {
        globPatterns: ["assets/*", "*.js"],
        modifyURLPrefix: { "": "{files}" },
        dontCacheBustURLsMatching: /./,
        rollupFormat: "iife",
      },
    }),
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
