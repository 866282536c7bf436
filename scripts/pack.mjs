// `npm run pack`: the session engine as two tarballs in `dist`, for front ends outside this repository.
import { join, relative } from "node:path";
import { packEngine } from "./lib/pack.mjs";
import { root, stopChildrenOnInterrupt } from "./lib/run.mjs";

stopChildrenOnInterrupt();
for (const tarball of await packEngine(join(root, "dist"))) console.log(relative(root, tarball));
