// The fault campaigns: npm run campaign:kills -- --engine sqlite --kills 1500 --seed 1. Figures are printed
// every ten rounds and at the end.
import { parseArgs } from "node:util";
import { eatMyData, FILE_SYSTEMS, whyNoDisks, whyNoPowerCuts } from "./a-disk.ts";
import type { Engine } from "./environment/campaign-database.ts";
import { weakenedServer } from "./environment/server-process.ts";
import { whyNoStrace } from "./environment/strace.ts";
import { runRestarts } from "./faults/database-crashes.ts";
import { runFaults, runFullDisks, runFullLogs, type SystemCallFault } from "./faults/disk-faults.ts";
import { FAILOVER_ARMS, runFailovers } from "./faults/failovers.ts";
import { type Figures, isClean } from "./faults/figures.ts";
import { runKills } from "./faults/kills.ts";
import { POWER_ARMS, runPowerCuts } from "./faults/power-cuts.ts";
import { runWritePoints } from "./faults/write-points.ts";

const USAGE = `Campaigns and what they take:
  kills     --engine sqlite|postgres --kills N [--arm write-behind]
  points    --call pwrite64|fsync --first N --step N
  power     --engine sqlite|postgres --cuts N [--arm normal|libeatmydata|asynchronous-commit] [--file-system ext4|xfs]
  restarts  --restarts N
  failovers --failovers N [--arm asynchronous-standby]
  full-disk --rounds N [--engine postgres: the disk of its log]
  faults    --rounds N
All take --seed N. An arm is a control: it must lose, or the campaign would not notice a loss.`;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		engine: { type: "string", default: "sqlite" },
		"file-system": { type: "string", default: "ext4" },
		arm: { type: "string", default: "none" },
		kills: { type: "string", default: "1500" },
		cuts: { type: "string", default: "1000" },
		restarts: { type: "string", default: "50" },
		failovers: { type: "string", default: "50" },
		rounds: { type: "string", default: "20" },
		call: { type: "string", default: "pwrite64" },
		first: { type: "string", default: "1" },
		step: { type: "string", default: "1" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
	},
});
const seed = Number(values.seed);
const [campaign = ""] = positionals;
/** Some campaigns are about PostgreSQL only. */
const isAboutPostgres = ["restarts", "failovers"].includes(campaign);
const engine: Engine = values.engine === "postgres" || isAboutPostgres ? "postgres" : "sqlite";
const isControl = values.arm !== "none";
const began = performance.now();

function report(figures: Figures): void {
	if (figures.rounds % 10 === 0) console.log(JSON.stringify({ ...figures, seconds: seconds() }));
}

function seconds(): number {
	return Math.round((performance.now() - began) / 1000);
}

function* points(): Generator<number> {
	for (let point = Number(values.first); ; point += Number(values.step)) yield point;
}

/** The kinds of failing calls in turn, once or 25 times in a row, at moments that depend on the round. */
function faults(rounds: number): SystemCallFault[] {
	const kinds: readonly Pick<SystemCallFault, "call" | "error">[] = [
		{ call: "fsync", error: "EIO" },
		{ call: "pwrite64", error: "ENOSPC" },
		{ call: "pwrite64", error: "EIO" },
		{ call: "fsync", error: "ENOSPC" },
	];
	return Array.from({ length: rounds }, (_, round) => {
		const kind = kinds[round % kinds.length] ?? { call: "fsync", error: "EIO" };
		return { ...kind, first: 20 + ((seed + 7 * round) % 60), times: round % 8 < 4 ? 1 : 25 };
	});
}

function run(campaign: string): Promise<Figures> | string {
	switch (campaign) {
		case "kills": {
			if (isControl && values.arm !== "write-behind") return USAGE;
			// A control arm uses a new database for each kill, because its students cannot go on after a
			// loss.
			const arm = isControl && { server: weakenedServer("write-behind"), kills_a_database: 1 };
			return runKills({ engine, kills: Number(values.kills), seed, ...arm, onKill: report });
		}
		case "points": {
			const call = values.call === "fsync" ? "fsync" : "pwrite64";
			return whyNoStrace() ?? runWritePoints({ call, points: points(), seed, onPoint: report });
		}
		case "power": {
			const arm = POWER_ARMS[engine].find((name) => name === values.arm);
			const file_system = FILE_SYSTEMS.find((name) => name === values["file-system"]);
			if (!arm || !file_system) return USAGE;
			if (arm === "libeatmydata" && !eatMyData()) return "libeatmydata is not installed";
			const cuts = { engine, cuts: Number(values.cuts), seed, arm, file_system, onCut: report };
			return whyNoPowerCuts(file_system) ?? runPowerCuts(cuts);
		}
		case "restarts":
			return runRestarts({ restarts: Number(values.restarts), seed, onRestart: report });
		case "failovers": {
			const arm = FAILOVER_ARMS.find((name) => name === values.arm);
			if (!arm) return USAGE;
			return runFailovers({ failovers: Number(values.failovers), seed, arm, onFailover: report });
		}
		case "full-disk": {
			const fullDisk = engine === "postgres" ? runFullLogs : runFullDisks;
			return whyNoDisks() ?? fullDisk({ rounds: Number(values.rounds), seed, onRound: report });
		}
		case "faults":
			return whyNoStrace() ?? runFaults(faults(Number(values.rounds)), seed, report);
		default:
			return USAGE;
	}
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const outcome = run(campaign);
if (typeof outcome === "string") {
	console.log(outcome === USAGE ? USAGE : `Not run: ${outcome}.`);
	process.exitCode = 2;
} else {
	console.log(`${campaign} ${engine}, seed ${seed}${isControl ? `, control arm ${values.arm}` : ""}`);
	const figures = await outcome;
	console.log(JSON.stringify({ ...figures, seconds: seconds() }, null, 2));
	const isAsItShouldBe = isControl ? figures.lost > 0 : isClean(figures);
	console.log(isAsItShouldBe ? "As it should be." : isControl ? "The control arm lost nothing." : "Broken.");
	process.exitCode = isAsItShouldBe ? 0 : 1;
}
