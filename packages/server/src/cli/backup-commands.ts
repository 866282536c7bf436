import { statSync } from "node:fs";
import { dirname } from "node:path";
import { toInstant } from "@carhythm/core";
import { type Command, InvalidArgumentError } from "commander";
import { erasureMemoryOf } from "../erasure-memory.ts";
import { backup } from "../migrations/backup/backup.ts";
import { megabytes } from "../migrations/backup/files.ts";
import { usualBackupFolder } from "../migrations/backup/folder.ts";
import { keepNewest, SCHEDULED } from "../migrations/backup/keep-newest.ts";
import { listBackups } from "../migrations/backup/list.ts";
import { type Manifest, manifestPath, readManifest } from "../migrations/backup/manifest.ts";
import { backupName } from "../migrations/backup/names.ts";
import { readPresent } from "../migrations/backup/present-erasures.ts";
import { type RepeatedErasures, repeatErasures } from "../migrations/backup/repeat-erasures.ts";
import { type Restored, restore, shownName } from "../migrations/backup/restore.ts";
import { OperatorError } from "../operator-error.ts";
import { confirm } from "./confirm.ts";
import { counted, print, printJson, printTable, tell } from "./output.ts";
import { systemUser } from "./recording.ts";
import { configOf, withSettings } from "./settings.ts";

/** `carhythm backup` and `carhythm restore` */
export function addBackupCommands(program: Command): void {
	const backups = withSettings(program.command("backup"), ["database_url"])
		// So `backup list --json` gives its flag to `list`.
		.enablePositionalOptions()
		.description("copy the database while it is in use, and prove the copy; changes nothing in it")
		.option(
			"--to <path>",
			"a new file, or a folder; else beside the database file; for PostgreSQL ~/.local/share/carhythm/backups",
		)
		.option("--prove", "PostgreSQL: restore the dump into a database made for that, and compare every row")
		.option("--no-prove", "PostgreSQL: only read the dump and count its rows")
		.option("--keep <number>", "one of a series, by a timer: only so many of it are kept", parseCount)
		.option("--json", "the result as JSON")
		.action(async (options) => {
			const { database_url } = configOf(options);
			if (options.keep !== undefined) requireFolder(options.to);
			const { file, manifest } = await backup(database_url, {
				now: toInstant(Date.now()),
				onProgress: tell,
				...(options.keep !== undefined && { reason: SCHEDULED }),
				...(options.to !== undefined && { to: options.to }),
				...(options.prove !== undefined && { prove: options.prove }),
			});
			if (options.keep !== undefined) {
				const series = { folder: dirname(file), name: backupName(database_url), reason: SCHEDULED } as const;
				for (const old of keepNewest(series, options.keep)) tell(`Deleted an older one: ${old}`);
			}
			if (options.json) {
				printJson({ file, manifest });
				return;
			}
			print(`Backed up to ${file}: ${contentOf(manifest)}.`);
			print(`Keep ${manifestPath(file)} with it; a restore needs both.`);
		});

	withSettings(backups.command("list"), ["database_url"])
		.description("show backups, the newest first: when, why, how large, and of what")
		.argument("[folder]", "where to look; else where backups of this database go by themselves")
		.option("--json", "as JSON")
		.action((folder: string | undefined, _: unknown, command: Command) => {
			const options = command.optsWithGlobals();
			const place = folder ?? usualBackupFolder(configOf(options).database_url);
			const { backups, problems } = listBackups(place);
			if (options["json"]) printJson(backups);
			else showBackups(backups, place);
			for (const problem of problems) tell(problem);
		});

	withSettings(program.command("restore"), ["database_url", "erasure_key", "erasure_memory"])
		.description("put a backup in the place of the database, which is kept under another name")
		.argument("<file>", "what `carhythm backup` made, with its manifest beside it")
		.option("--yes", "do not ask")
		.option("--replace", "PostgreSQL: also when the database is not empty")
		.option("--json", "the result as JSON")
		.action(async (file: string, options) => {
			const config = configOf(options);
			const { database_url } = config;
			const manifest = readManifest(file);
			await confirm(options, {
				question: `Put the backup ${file} of ${manifest.created_at} (${contentOf(manifest)}) in the place of ${shownName(database_url)}?`,
				warning: "A restore takes the present database out of use.",
				otherwise: "Nothing was changed.",
			});
			const now = toInstant(Date.now());
			const present = await readPresent(database_url);
			const memory = erasureMemoryOf(config);
			const erasures = [...(present?.erasures ?? []), ...(memory?.recall() ?? [])];
			let erased: RepeatedErasures = { repeated: 0, other_key: 0, is_logged: false };
			const restored = await restore(file, database_url, {
				now,
				replace: options.replace === true,
				onStep: tell,
				async prepare(url, { created_at }) {
					erased = await repeatErasures(url, {
						memory,
						erasures: [...new Map(erasures.map((erasure) => [erasure.session_hash, erasure])).values()],
						actor: systemUser(),
						now,
						created_at,
						replaced_log: present?.log ?? null,
					});
				},
			});
			const { repeated: erased_again, other_key: erased_with_other_key } = erased;
			if (options.json) printJson({ ...restored, erased_again, erased_with_other_key });
			else report(restored, shownName(database_url));
			tellOfErasures(erased);
		});
}

function parseCount(text: string): number {
	if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It must be a number from 1 to 9999.");
	return Number(text);
}

/** In a series each backup has a name of its own. */
function requireFolder(to: string | undefined): void {
	if (to === undefined || to.endsWith("/") || statSync(to, { throwIfNoEntry: false })?.isDirectory()) return;
	throw new OperatorError("usage", "--keep needs a folder after --to, not a file.");
}

function showBackups(backups: ReturnType<typeof listBackups>["backups"], place: string): void {
	if (backups.length === 0) {
		print(`There is no backup in ${place}.`);
		return;
	}
	const rows = backups.map(({ created_at, reason, size, rows, engine, file }) => [
		created_at,
		reason ?? "",
		megabytes(size),
		String(rows),
		engine,
		file,
	]);
	printTable(["TIME", "REASON", "SIZE", "ROWS", "DATABASE", "FILE"], rows);
}

function contentOf({ file, tables }: Manifest): string {
	const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
	return `${megabytes(file.size)}, ${counted(Object.keys(tables).length, "table")}, ${counted(rows, "row")}`;
}

function tellOfErasures({ repeated, other_key, is_logged }: RepeatedErasures): void {
	if (repeated > 0) tell(`${counted(repeated, "session")} that had been erased since the backup went again.`);
	if (other_key > 0) {
		tell(
			`${counted(other_key, "erasure")} could not be repeated: another key made ${other_key === 1 ? "its hash" : "their hashes"}. Set ERASURE_KEY or ERASURE_MEMORY to the ones of then, and restore again.`,
		);
	}
	if (!is_logged)
		tell("The backup is from before the operators' log, so this restore is not recorded in it.");
}

function report({ manifest, kept }: Restored, name: string): void {
	print(`${name} is now the backup of ${manifest.created_at}: ${contentOf(manifest)}, every row compared.`);
	if (kept !== null) print(`The database of before is kept as ${kept}.`);
}
