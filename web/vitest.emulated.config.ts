import { defineConfig } from "vitest/config";
import config from "./vite.config.ts";

/** Tests that need the emulators of Firestore and of Firebase Authentication: `tests/web` starts both and runs these. */
export default defineConfig({
  ...config,
  test: { ...config.test, environment: "node", include: ["src/**/*.emulated.ts"] },
});
