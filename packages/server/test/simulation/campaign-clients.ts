// npm run campaign:clients -- --schedules 100000 --seed 1
import { parseArgs } from "node:util";
import { type Figures, runClients } from "./clients/run.ts";

const { values } = parseArgs({
	options: { schedules: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 1000);
const seed = Number(values.seed);

const figures = await runClients({ seed, schedules: Number(values.schedules), onProgress: tell });
console.log(
	`${figures.schedules} schedules from ${seed} on, ${inWords(figures)}, ${seconds()} s: all equal in the end.`,
);

function tell(figures: Figures): void {
	if (figures.schedules % 500 === 0)
		console.log(`${figures.schedules} schedules, ${inWords(figures)}, ${seconds()} s`);
}

function inWords({ windows, answers, kept }: Figures): string {
	return `${windows} windows, ${answers} answers (${kept} promised to be kept)`;
}
