import type { Plan, PlannedStep, Rehearsal } from "../migrations/plan.ts";
import type { MigrationProgress } from "../migrations/run.ts";
import type { MigrationStatus } from "../migrations/runner.ts";
import type { Upgrade } from "../migrations/upgrade.ts";
import type { VerifyReport } from "../migrations/verify/verify.ts";
import { counted, print, printTable, tell } from "./output.ts";

const EVERY_MS = 1000;

/** Tells each step as it is done, and of a long one about once a second how far it is and how long it will take. */
export function showProgress(): (progress: MigrationProgress) => void {
	let step = "";
	let began = 0;
	let first = 0;
	let told = 0;
	return (progress) => {
		const { migration, at } = progress;
		const now = performance.now();
		if (step !== `${migration}:${progress.step}`) {
			step = `${migration}:${progress.step}`;
			began = now;
			first = typeof at === "object" && "done" in at ? at.done : 0;
			told = now;
		}
		if (at === "committed") {
			tell(`migration ${migration}: ${progress.step}`);
		} else if (now - told >= EVERY_MS) {
			told = now;
			if (at === "waiting")
				tell(`migration ${migration}: ${progress.step} waits for a lock; nobody is held up`);
			else if ("done" in at)
				tell(`migration ${migration}: ${progress.step} ${remaining(at, first, now - began)}`);
		}
	};
}

/** How far a step is, and from the time that it took so far, how long it will take. */
export function remaining(
	{ done, total }: { done: number; total: number },
	first: number,
	took: number,
): string {
	const share = `${Math.floor((100 * done) / total)} %`;
	if (done <= first) return share;
	return `${share}, about ${counted(Math.ceil(((total - done) * took) / (done - first) / 1000), "second")} left`;
}

/** What would be done. */
export function showPlan({ steps }: Plan, rehearsal: Rehearsal | null): void {
	if (steps.length === 0) {
		print("The database is up to date; nothing is to be done.");
		return;
	}
	for (const one of steps) {
		const took = rehearsal?.steps.find(
			({ migration, step }) => migration === one.migration && step === one.step,
		);
		print(`${one.migration}  ${one.step}: ${one.about}`);
		print(`   ${[...manner(one), ...(took ? [`${took.ms} ms on a copy`] : [])].join("; ")}`);
		if (one.conflict) print(`   A decision is needed: ${one.conflict}`);
	}
	print("");
	print(
		`${counted(steps.length, "step")}. Before the first of them a backup is made, unless --no-backup is given.`,
	);
	if (!rehearsal) return;
	print(`All of it worked on a copy, in ${(rehearsal.ms / 1000).toFixed(1)} s.`);
	for (const line of rehearsal.repairs) print(`Repair: ${line}`);
}

function manner({ how, locks, rewrites, rows }: PlannedStep): string[] {
	return [
		how,
		...(rows === null ? [] : [`${counted(rows, "row")}`]),
		...locks.map(({ table, mode }) => `${mode} on ${table}`),
		...(rewrites ? ["writes the whole table anew"] : []),
	];
}

/** What was done. */
export function showUpgrade({ applied, repairs, report }: Upgrade): void {
	for (const line of repairs) print(`Repair: ${line}`);
	if (report) showReport(report);
	print(
		applied.length === 0
			? "The database is up to date; nothing was to be done."
			: `Done: ${counted(applied.length, "step")}.`,
	);
}

/** Each thing that was looked at. */
export function showReport({ checks, notes, migration }: VerifyReport): void {
	for (const { name, ok, detail, differences } of checks) {
		if (ok) print(`ok  ${name}: ${detail}`);
		for (const difference of differences) print(`DIFFERENT  ${name}: ${difference}`);
	}
	for (const note of notes) print(`note  ${note}`);
	print(`The newest migration is ${migration}.`);
}

/** What is applied. */
export function showStatus(status: readonly MigrationStatus[]): void {
	const rows = status.map(({ migration, name, state, steps }) => {
		const done = steps.filter((step) => step.state === "done" && step.ledger).length;
		return [String(migration), name, state, `${done} of ${steps.length}`];
	});
	printTable(["NUMBER", "NAME", "STATE", "STEPS"], rows);
}
