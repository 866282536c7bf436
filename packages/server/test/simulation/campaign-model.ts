// npm run campaign:model -- --operations 1000000 --seed 1 [--engines sqlite,postgres]
import { parseArgs } from "node:util";
import { REQUIRED } from "./model/required.ts";
import { runModel } from "./model/run.ts";
import type { Tally } from "./model/world.ts";
import type { Engine } from "./simulated-server.ts";

const { values } = parseArgs({
	options: {
		operations: { type: "string", default: "1000000" },
		seed: { type: "string", default: "1" },
		engines: { type: "string", default: "sqlite,postgres" },
	},
});
const operations = Number(values.operations);
const seed = Number(values.seed);
const engines = values.engines.split(",") as Engine[];
const began = performance.now();
let told = 0;

const tally = await runModel({ engines, seed, operations, onProgress: tell });
console.log(table(tally));
const least = Math.min(1000, Math.floor(operations / 1000));
const rare = REQUIRED.filter((transition) => (tally.transitions.get(transition) ?? 0) < least);
console.log(
	`${tally.operations} operations in ${tally.requests} requests on ${engines.join(" and ")}, seed ${seed}, ` +
		`${Math.round((performance.now() - began) / 1000)} s: nothing differed.`,
);
if (rare.length > 0) {
	console.log(`Too seldom, less than ${least} times: ${rare.join("; ")}`);
	process.exitCode = 1;
}

function tell({ operations: done }: Tally): void {
	if (done - told < 20_000) return;
	told = done;
	console.log(`${done} operations, ${Math.round((performance.now() - began) / 1000)} s`);
}

function table({ transitions }: Tally): string {
	const rows = [...transitions].sort(([a], [b]) => a.localeCompare(b));
	return rows.map(([transition, times]) => `${String(times).padStart(9)}  ${transition}`).join("\n");
}
