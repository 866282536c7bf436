// `node scripts/examples.mjs FOLDER`: the front ends in `examples`, ready to be served by any web server.
import { resolve } from "node:path";
import { buildExamples } from "./lib/examples.mjs";
import { stopChildrenOnInterrupt } from "./lib/run.mjs";

stopChildrenOnInterrupt();
await buildExamples(resolve(process.argv[2] ?? "dist/examples"));
