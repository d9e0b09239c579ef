// Firebase's own Auth emulator, as `firebase emulators:start --only auth` runs it, without the command around it: no hub, no
// other ports, no log files, no update check and no usage reports. Arguments: project, port on 127.0.0.1.
const { createApp } = require("firebase-tools/lib/emulator/auth/server");

const [project, port] = process.argv.slice(2);

createApp(project).then(
  (app) =>
    app.listen(Number(port), "127.0.0.1").on("error", (error) => {
      console.error(`error: ${error.message}${error.code === "EADDRINUSE" ? " (in use)" : ""}`);
      process.exit(1);
    }),
  (error) => {
    console.error(`error: ${error.message}`);
    process.exit(1);
  },
);
