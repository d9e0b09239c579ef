import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const API = "http://localhost:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2023",
    sourcemap: false,
    manifest: true,
    // A picture or font inside the style sheet would break the content security policy's promise of files only.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    // `make run` serves the API; `npm run dev` only the page.
    proxy: { "/v1": API, "/objects": API },
  },
  test: {
    environment: "happy-dom",
    globals: true,
    setupFiles: ["./src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    // A busy machine is slow to type: a test waits for what is true, and for no moment.
    testTimeout: 30_000,
    env: { TZ: "UTC" },
    restoreMocks: true,
    unstubGlobals: true,
  },
});
