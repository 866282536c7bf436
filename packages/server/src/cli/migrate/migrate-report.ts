import type { Findings } from "../../migrations/migration.ts";
import type { Plan, PlannedStep, Rehearsal } from "../../migrations/plan/plan.ts";
import type { MigrationStatus } from "../../migrations/runner.ts";
import type { MigrationProgress } from "../../migrations/steps/run-context.ts";
import type { Upgrade } from "../../migrations/upgrade.ts";
import type { VerifyReport } from "../../migrations/verify/verify.ts";
import { counted, print, printTable, tell } from "../output.ts";

const EVERY_MS = 1000;

/**
 * Tells of a long step about once a second how far it is and how long it will take; with `verbose` also each
 * step as it is done.
 */
export function showProgress({ verbose }: { verbose?: true }): (progress: MigrationProgress) => void {
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
			if (verbose) tell(`migration ${migration}: ${progress.step}`);
		} else if (now - told >= EVERY_MS) {
			told = now;
			if (at === "waiting")
				tell(`migration ${migration}: ${progress.step} waits for a lock; other connections go on`);
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

/** What would be done: how much first, each migration in a line, then what an operator has to know or decide. */
export function showPlan(
	{ steps, found }: Plan,
	rehearsal: Rehearsal | null,
	{ verbose }: { verbose?: true },
): void {
	if (steps.length === 0) {
		print("The database is up to date; nothing is to be done.");
		return;
	}
	print(`${counted(steps.length, "step")} to do, ${found} found there.`);
	print("Before the first of them a backup is made, unless --no-backup is given.");
	if (rehearsal) print(`All of it worked on a copy, in ${(rehearsal.ms / 1000).toFixed(1)} s.`);
	print("");
	for (const number of new Set(steps.map(({ migration }) => migration))) {
		const own = steps.filter(({ migration }) => migration === number);
		const ms = rehearsal ? sum(own.map((one) => durationOf(one, rehearsal))) : null;
		print(
			`${number}  ${[`${own[0]?.name}: ${counted(own.length, "step")}`, ...rewritten(own), ...(ms === null ? [] : [`${ms} ms on a copy`])].join("; ")}`,
		);
		if (verbose) for (const one of own) showStep(one, rehearsal);
	}
	if (!verbose) print("--verbose lists every step.");
	showFindings(rehearsal);
	const conflicts = steps.flatMap(({ conflict }) => (conflict ? [conflict] : []));
	if (conflicts.length > 0) print("");
	for (const conflict of conflicts) print(`A decision is needed: ${conflict}`);
}

function showStep(one: PlannedStep, rehearsal: Rehearsal | null): void {
	print(`   ${one.step}: ${one.about}`);
	const took = rehearsal ? [`${durationOf(one, rehearsal)} ms on a copy`] : [];
	print(`      ${[...manner(one), ...took].join("; ")}`);
}

function durationOf(planned: PlannedStep, rehearsal: Rehearsal): number {
	const took = rehearsal.steps.find(
		({ migration, step }) => migration === planned.migration && step === planned.step,
	);
	return took?.ms ?? 0;
}

/** What keeps traffic out for as long as it takes is said without being asked for. */
function rewritten(steps: readonly PlannedStep[]): string[] {
	const tables = steps
		.filter(({ rewrites }) => rewrites)
		.flatMap(({ locks }) => locks.map(({ table }) => table));
	return tables.length > 0 ? [`writes anew: ${[...new Set(tables)].join(", ")}`] : [];
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** The lines of a run, those that need a reader last. */
function showFindings(findings: Readonly<Findings> | null): void {
	const { repairs = [], restored = [], notes = [], losses = [] } = findings ?? {};
	if (repairs.length + restored.length + notes.length + losses.length > 0) print("");
	for (const line of repairs) print(`Repair: ${line}`);
	for (const line of restored) print(`Back: ${line}`);
	for (const line of notes) print(`Note: ${line}`);
	for (const line of losses) print(`Lost: ${line}`);
}

function manner({ how, locks, rewrites, rows }: PlannedStep): string[] {
	return [
		how,
		...(rows === null ? [] : [`${counted(rows, "row")}`]),
		...locks.map(({ table, mode }) => `${mode} on ${table}`),
		...(rewrites ? ["writes the whole table anew"] : []),
	];
}

/** What was done: how much first, then what an operator has to know. */
export function showUpgrade({ applied, report, ...findings }: Upgrade): void {
	if (applied.length === 0) {
		print("The database is up to date; nothing was to be done.");
	} else {
		const found = applied.filter(({ origin }) => origin === "adopted").length;
		print(`Done: ${counted(applied.length - found, "step")}${found > 0 ? `, ${found} found there` : ""}.`);
	}
	if (report) showReport(report);
	showFindings(findings);
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
