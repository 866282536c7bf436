// The campaign: npm run campaign:browser -- --kills 300 --seed 1 [--power] [--arm early|relaxed]
import { parseArgs } from "node:util";
import { startServer } from "../server.ts";
import { isClean, runKills } from "./kills.ts";
import type { Death } from "./mortal-profile.ts";
import { plansOf, plansOfControl } from "./plan.ts";
import { ARMS } from "./weaken.ts";

const { values } = parseArgs({
	options: {
		kills: { type: "string", default: "300" },
		seed: { type: "string", default: String(Date.now() % 1_000_000) },
		lanes: { type: "string", default: "2" },
		arm: { type: "string" },
		power: { type: "boolean", default: false },
	},
});
const seed = Number(values.seed);
const kills = Number(values.kills);
const arm = ARMS.find((name) => name === values.arm);
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 1000);

const death: Death = values.power ? "power" : "kill";

console.log(`Browsers that end by ${death}, seed ${seed}${arm === undefined ? "" : `, control arm ${arm}`}`);
const server = await startServer({ assessment: "sampler" });
try {
	const figures = await runKills({
		server,
		plans: arm === undefined ? plansOf(seed, kills) : plansOfControl(seed, kills),
		lanes: Number(values.lanes),
		death,
		...(arm === undefined ? {} : { arm }),
		onKill: (soFar) => {
			if (soFar.kills % 10 === 0) console.log(JSON.stringify({ ...soFar, seconds: seconds() }));
		},
	});
	console.log(JSON.stringify({ ...figures, seconds: seconds() }, null, 2));
	const isAsItShouldBe = arm === undefined ? isClean(figures) : figures.lost > 0;
	console.log(isAsItShouldBe ? "As it should be." : arm === undefined ? "Broken." : "The arm lost nothing.");
	process.exitCode = isAsItShouldBe ? 0 : 1;
} finally {
	await server.dispose();
}
