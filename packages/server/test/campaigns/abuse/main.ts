// npm run campaign:abuse -- --engine sqlite|postgres --seconds 90 --seed 1 [--attack starts] [--unlimited]
// [--checks]: only what "assessment check" costs on hostile files.
// Each attack for so long against a server with a heap of 256 MB and a class of 40 beside it. A run of less than
// 75 seconds says little about the growth of an hour. With --unlimited the server has no limits: the figures before.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { ATTACKS, type AttackName } from "./attacks.ts";
import { measureChecks } from "./hostile-files.ts";
import { runAbuse } from "./run.ts";

const { values } = parseArgs({
	options: {
		engine: { type: "string", default: "sqlite" },
		attack: { type: "string" },
		seconds: { type: "string", default: "90" },
		seed: { type: "string", default: "1" },
		unlimited: { type: "boolean", default: false },
		checks: { type: "boolean", default: false },
	},
});
const LONGEST_P99_MS = 250;
const MOST_MEMORY_MIB = 400;
const MOST_GROWTH_MIB = 1024;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
console.log(
	`${cpus()[0]?.model.trim()}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
);
const engine = values.engine === "postgres" ? "postgres" : "sqlite";
let isBroken = false;
const run = async (attack: AttackName, growth_of_class = 0) => {
	const seconds = Number(values.seconds);
	const { unlimited } = values;
	const figures = await runAbuse({
		engine,
		attack,
		seconds,
		seed: Number(values.seed),
		unlimited,
		growth_of_class,
	});
	console.log(JSON.stringify(figures));
	return figures;
};
const chosen = ATTACKS.filter((name) => values.attack === undefined || name === values.attack);
const attacks = values.checks ? [] : chosen;
const { growth } = attacks.length === 0 ? { growth: 0 } : await run("nothing");
for (const attack of attacks) {
	const figures = await run(attack, growth);
	isBroken ||=
		figures.lost > 0 ||
		figures.server_ended ||
		figures.p99 > LONGEST_P99_MS ||
		figures.memory > MOST_MEMORY_MIB ||
		figures.growth_an_hour > MOST_GROWTH_MIB;
}
if (values.checks || values.attack === undefined) {
	for (const check of await measureChecks()) {
		console.log(JSON.stringify(check));
		isBroken ||= check.cpu_ms > 2000 || check.memory > 200;
	}
}
console.log(isBroken ? "Broken." : "As it should be.");
process.exitCode = isBroken && !values.unlimited ? 1 : 0;
