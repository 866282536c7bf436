import { SessionStatus, toInstant } from "@carhythm/core";
import { type Command, InvalidArgumentError } from "commander";
import type { Config } from "../../config.ts";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import type { Database } from "../../db/dialect.ts";
import { databaseExists, describeDatabase, openDatabase } from "../../db/open.ts";
import { exposedFiles } from "../../migrations/backup/exposed-files.ts";
import { newestMigration, prune } from "../../migrations/down.ts";
import type { Decisions } from "../../migrations/migration.ts";
import { makePlan, type Plan, rehearse } from "../../migrations/plan/plan.ts";
import { requireMigrated } from "../../migrations/refusals.ts";
import { migrationStatus } from "../../migrations/runner.ts";
import { downgrade, type Safety, upgrade } from "../../migrations/upgrade.ts";
import { verify } from "../../migrations/verify/verify.ts";
import { OperatorError } from "../../operator-error.ts";
import { contentFolder } from "../../paths.ts";
import { seedShipped } from "../../seed.ts";
import { confirm } from "../confirm.ts";
import { counted, print, printJson, tell } from "../output.ts";
import { configOf, requireDatabase, withSettings } from "../settings.ts";
import { showPlan, showProgress, showReport, showStatus, showUpgrade } from "./migrate-report.ts";

/** `carhythm migrate …` */
export function addMigrateCommands(program: Command): void {
	const migrate = program.command("migrate").description("bring the database's tables up to date, or back");
	addPlan(migrate);
	addUp(migrate);
	addStatus(migrate);
	addVerify(migrate);
	addDown(migrate);
	addAdopt(migrate);
	addPrune(migrate);
}

type Options = {
	json?: true;
	verbose?: true;
	to?: number;
	backup?: boolean;
	backupTo?: string;
	assumeTimezone?: string;
	mapStatus?: Record<string, string>;
	yes?: true;
} & Record<string, unknown>;

const STATUSES: readonly string[] = SessionStatus.options;

function addPlan(migrate: Command): void {
	withDecisions(
		command(migrate, "plan", "say what is to be done, how, and how long it takes; changes nothing"),
	)
		.option("--verbose", "list every step")
		.option("--sql", "print the SQL, for review or to apply by hand; then run migrate adopt")
		.option("--no-rehearsal", "SQLite: do not try everything on a copy")
		.addHelpText("after", "\nOn SQLite everything is tried on a copy, so the times are true.")
		.action(async (options: Options & { sql?: true; rehearsal: boolean }) => {
			const config = configOf(options);
			requireDatabase(config);
			const decisions = decisionsOf(options);
			const wanted = { ...toOf(options), decisions };
			const { plan, rehearsal } = await opened(config, async (database) => {
				const plan = await makePlan(database, wanted);
				const tries = options.rehearsal && !options.sql && isReady(plan) && plan.steps.length > 0;
				const rehearsal = tries ? await rehearse(config.database_url, wanted) : null;
				return { plan: rehearsal ? await makePlan(database, { ...wanted, rehearsal }) : plan, rehearsal };
			});
			if (options.sql) print(plan.sql);
			else if (options.json) printJson({ steps: plan.steps, found: plan.found, rehearsal });
			else showPlan(plan, rehearsal, options);
			if (!isReady(plan)) {
				throw new OperatorError(
					"conflict",
					"A decision is needed before this can be done; see the steps marked so.",
				);
			}
		});
}

const isReady = ({ steps }: Plan) => steps.every(({ conflict }) => conflict === null);

function addUp(migrate: Command): void {
	withBackup(
		command(migrate, "up", "apply what is missing; may be stopped and started again at any time"),
	).action((options: Options) => goUp(options, { adopt: false }));
}

function addAdopt(migrate: Command): void {
	const about = "take over a database that another program or a person made, in whatever state it is";
	withDecisions(withBackup(command(migrate, "adopt", about)))
		.addHelpText(
			"after",
			"\nOnly what is missing is added; every repair is named. migrate plan shows it beforehand.",
		)
		.action((options: Options) => goUp(options, { adopt: true }));
}

async function goUp(options: Options, { adopt }: { adopt: boolean }): Promise<void> {
	const config = configOf(options);
	if (adopt) requireDatabase(config);
	const outcome = await opened(config, async (database) => {
		const outcome = await upgrade(database, {
			...safetyOf(options),
			...toOf(options),
			adopt,
			decisions: decisionsOf(options),
			onProgress: showProgress(options),
		});
		// The server's role may have no right to add content.
		if (!adopt && options.to === undefined)
			await seedShipped(createAssessmentStore(database), contentFolder());
		return outcome;
	});
	if (options.json) printJson({ ...outcome, backup: outcome.backup?.file ?? null });
	else showUpgrade(outcome);
	if (outcome.report && !outcome.report.ok) throw differs(outcome.backup?.file);
}

function addStatus(migrate: Command): void {
	command(migrate, "status", "show what is applied and what is not; changes nothing").action(
		async (options: Options) => {
			const config = configOf(options);
			if (!databaseExists(config.database_url)) {
				if (options.json) printJson([]);
				else {
					print(
						`There is no database yet; ${describeDatabase(config.database_url)} is made when CaRhythm first starts.`,
					);
				}
				return;
			}
			const { status, refusal } = await opened(config, async (database) => ({
				status: await migrationStatus(database),
				refusal: await requireMigrated(database).catch(sentenceOf),
			}));
			if (options.json) printJson(status);
			else showStatus(status);
			if (refusal) tell(refusal);
			for (const warning of exposedFiles(config.database_url)) tell(warning);
		},
	);
}

function addVerify(migrate: Command): void {
	command(
		migrate,
		"verify",
		"look whether the database is what its migrations make it; changes nothing",
	).action(async (options: Options) => {
		const config = configOf(options);
		requireDatabase(config);
		const report = await opened(config, async (database) => {
			await requireMigrated(database);
			return verify(database);
		});
		if (options.json) printJson(report);
		else showReport(report);
		if (!report.ok) throw differs();
	});
}

function addDown(migrate: Command): void {
	withBackup(command(migrate, "down", "undo migrations; what they held is kept until migrate prune"))
		.option("--yes", "do not ask")
		.action(async (options: Options) => {
			const config = configOf(options);
			requireDatabase(config);
			const to = options.to ?? newestMigration() - 1;
			await confirm(options, {
				question: `Undo every migration after ${to}?`,
				warning: `This undoes every migration after ${to}; stop the servers first.`,
				otherwise: "Nothing was undone.",
			});
			const outcome = await opened(config, (database) =>
				downgrade(database, { ...safetyOf(options), to, onProgress: showProgress(options) }),
			);
			if (options.json) {
				printJson({ ...outcome, backup: outcome.backup?.file ?? null });
				return;
			}
			for (const line of outcome.kept) print(`Kept: ${line}`);
			print(
				outcome.undone.length === 0
					? "There was nothing to undo."
					: `Undone: ${counted(outcome.undone.length, "step")}. The newest migration is ${to}. migrate up brings everything back.`,
			);
		});
}

function addPrune(migrate: Command): void {
	command(migrate, "prune", "drop for good what undone migrations kept")
		.option("--yes", "do not ask")
		.action(async (options: Options) => {
			const config = configOf(options);
			requireDatabase(config);
			await confirm(options, {
				question: "Drop what undone migrations kept, for good?",
				warning: "What undone migrations kept cannot be brought back afterwards.",
				otherwise: "Nothing was dropped.",
			});
			const dropped = await opened(config, prune);
			if (options.json) printJson(dropped);
			else if (dropped.length === 0) print("Nothing is kept.");
			else
				for (const { table_name, rows } of dropped) print(`${table_name}: ${counted(rows, "row")} dropped`);
		});
}

function command(migrate: Command, name: string, about: string): Command {
	return withSettings(migrate.command(name), ["database_url"]).description(about).option("--json", "as JSON");
}

function withBackup(one: Command): Command {
	return one
		.option("--verbose", "tell every step as it is done")
		.option("--to <NUMBER>", "the last migration that is to be there", migrationNumber)
		.option("--backup-to <PLACE>", "where the backup goes: a file or a folder")
		.option("--no-backup", "make no backup first");
}

function withDecisions(one: Command): Command {
	return one
		.option(
			"--assume-timezone <ZONE>",
			"the zone of times that were stored without one (default: UTC)",
			timezone,
		)
		.option(
			"--map-status <LABEL=STATUS>",
			`what an unknown status stands for: ${STATUSES.join(", ")}`,
			mapping,
		);
}

function migrationNumber(text: string): number {
	const number = Number(text);
	if (!Number.isInteger(number) || number < 1 || number > newestMigration()) {
		throw new InvalidArgumentError(`It must be a number from 1 to ${newestMigration()}.`);
	}
	return number;
}

function timezone(text: string): string {
	try {
		return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
	} catch {
		throw new InvalidArgumentError("It must be the name of a time zone, such as Asia/Riyadh.");
	}
}

function mapping(text: string, before: Record<string, string> = {}): Record<string, string> {
	const [label, status] = [text.slice(0, text.lastIndexOf("=")), text.slice(text.lastIndexOf("=") + 1)];
	if (label === "" || !STATUSES.includes(status)) {
		throw new InvalidArgumentError(`It must have the form LABEL=STATUS, with one of ${STATUSES.join(", ")}.`);
	}
	return { ...before, [label]: status };
}

function decisionsOf({ assumeTimezone, mapStatus }: Options): Partial<Decisions> {
	return {
		...(assumeTimezone !== undefined && { assume_timezone: assumeTimezone }),
		...(mapStatus !== undefined && { map_status: mapStatus }),
	};
}

function toOf({ to }: Options): { to?: number } {
	return to === undefined ? {} : { to };
}

function safetyOf({ backup, backupTo }: Options): Safety {
	return {
		backup: backup === false ? false : backupTo === undefined ? {} : { to: backupTo },
		now: () => toInstant(Date.now()),
		say: tell,
	};
}

/** What an operator is told of a database that no migration has made; any other error goes on. */
function sentenceOf(error: unknown): string {
	if (error instanceof OperatorError && error.trouble === "refused") return error.message;
	throw error;
}

async function opened<T>(config: Config, work: (database: Database) => Promise<T>): Promise<T> {
	tell(`Database: ${describeDatabase(config.database_url)}`);
	const database = await openDatabase(config.database_url);
	try {
		return await work(database);
	} finally {
		await database.close();
	}
}

function differs(backup?: string): OperatorError {
	const back = backup ? ` "carhythm restore ${backup}" brings back the database as it was.` : "";
	return new OperatorError("difference", `Verification found a difference; see above.${back}`);
}
