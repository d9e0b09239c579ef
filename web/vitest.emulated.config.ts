import { defineConfig } from "vitest/config";
import config from "./vite.config.ts";

/** Tests that need Firestore's emulator: `tests/web` starts it and runs these. */
export default defineConfig({
  ...config,
  test: { ...config.test, environment: "node", include: ["src/**/*.emulated.ts"] },
});
