import { runClients } from "./run.ts";
const began = performance.now();
await runClients({ seed: Number(process.argv[2]), schedules: Number(process.argv[3]), onProgress: (f) => console.log(f.schedules, Math.round(performance.now() - began)) });
