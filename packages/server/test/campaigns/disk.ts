import { join } from "node:path";
import type { DatabaseUrl } from "../../src/index.ts";
import { type Chance, chanceOf } from "../simulation/chance.ts";
import { aCluster, type Cluster } from "./a-cluster.ts";
import { aDisk, type Disk } from "./a-disk.ts";
import { type RunningServer, type ServerOptions, startServer } from "./a-server.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";
import { aJournal, type Journal } from "./journal.ts";
import { aCampaignDatabase, fillDatabase, inspect } from "./places.ts";
import { readQuestions } from "./questions.ts";
import { injecting } from "./strace.ts";
import { aStudent, beginWork, type Student, untilReplies } from "./students.ts";

export type DiskFigures = Figures & {
	/** Writes and reads that were told to come again. */
	writes_refused: number;
	reads_refused: number;
};

export type DiskOptions = {
	rounds: number;
	seed: number;
	onRound?: (figures: DiskFigures) => void;
	/** Of SQLite's disk. A small one has soon no room but what the write-ahead log has taken. */
	mebibytes?: number;
};

const STUDENTS = 6;
const DISK_MIB = 24;
const SPARE_MIB = 1;
const LOG_DISK_MIB = 220;
const PATIENCE_MS = 15_000;

/** Fills the disk under an SQLite database and makes room again, while students work and the server runs on. */
export async function runFullDisks({
	rounds,
	seed,
	onRound,
	mebibytes = DISK_MIB,
}: DiskOptions): Promise<DiskFigures> {
	const figures: DiskFigures = { ...noFigures(), writes_refused: 0, reads_refused: 0 };
	using disk = aDisk(mebibytes + rounds * SPARE_MIB);
	// SQLite's log may take a small disk before we do. Then this is what an operator finds to delete, a part
	// each time: enough for the file to grow by what the log holds.
	const spare = Array.from({ length: rounds }, () => disk.fill({ kibibytes: 1024 * SPARE_MIB }));
	const file = join(disk.path, "carhythm.db");
	const url: DatabaseUrl = { dialect: "sqlite", file };
	await fillDatabase(url);
	await withSchool({ address: `sqlite:${file}` }, chanceOf(seed), async ({ students, journal }) => {
		for (let round = 1; round <= rounds; round += 1) {
			const work = beginWork(students);
			await untilReplies(journal, 40);
			await fillAndEmpty(disk, journal, spare[round - 1]);
			await work.stop();
			addVerdict(figures, await inspect(url, journal));
			onRound?.(figures);
		}
		countRefused(figures, journal);
		addJournal(figures, journal);
	});
	return figures;
}

async function fillAndEmpty(disk: Disk, journal: Journal, alsoEmpty?: () => void): Promise<void> {
	const empty = disk.fill();
	if (!(await untilRefused(journal, 2 * STUDENTS))) journal.wrong.push("The full disk was not noticed.");
	if (!(await untilMore(journal, reads, 2 * STUDENTS))) {
		journal.wrong.push("Nobody could be seen reading while the disk was full.");
	}
	empty();
	alsoEmpty?.();
	if (!(await untilReplies(journal, 2 * STUDENTS, PATIENCE_MS))) {
		journal.wrong.push("The service did not come back when there was room again.");
	}
}

/**
 * Fills the disk on which PostgreSQL keeps everything, its log first of all, which ends the whole server of
 * PostgreSQL; an operator makes room and starts it. Ours runs on.
 */
export async function runFullLogs({ rounds, seed, onRound }: DiskOptions): Promise<DiskFigures> {
	const figures: DiskFigures = { ...noFigures(), writes_refused: 0, reads_refused: 0 };
	using disk = aDisk(LOG_DISK_MIB);
	await using cluster = await aCluster(disk.path);
	await withSchool({ address: cluster.url.url }, chanceOf(seed), async ({ students, journal }) => {
		for (let round = 1; round <= rounds; round += 1) {
			const work = beginWork(students);
			await untilReplies(journal, 20);
			const empty = disk.fill();
			await fillLog(cluster);
			if (!(await untilRefused(journal, STUDENTS))) journal.wrong.push("The full log was not noticed.");
			empty();
			await cluster.restart();
			if (!(await untilReplies(journal, 2 * STUDENTS, PATIENCE_MS))) {
				journal.wrong.push("The service did not come back when PostgreSQL did.");
			}
			await work.stop();
			addVerdict(figures, await inspect(cluster.url, journal));
			onRound?.(figures);
		}
		countRefused(figures, journal);
		addJournal(figures, journal);
	});
	return figures;
}

/** The log has room in segments that are there already; once they are full it needs a new one. */
async function fillLog(cluster: Cluster): Promise<void> {
	for (let mebibytes = 0; mebibytes < LOG_DISK_MIB; mebibytes += 1) {
		try {
			await cluster.query("select pg_logical_emit_message(false, 'filler', repeat('x', 1048576))");
		} catch {
			return;
		}
	}
}

/** One call of the system that fails from its `first` time on, so many times. */
export type Fault = { call: "fsync" | "pwrite64"; error: "EIO" | "ENOSPC"; first: number; times: number };

/** Lets calls of the system fail under the running server, which has to say 503, lose nothing and go on by itself. */
export async function runFaults(
	faults: readonly Fault[],
	seed: number,
	onRound?: (figures: DiskFigures) => void,
): Promise<DiskFigures> {
	const figures: DiskFigures = { ...noFigures(), writes_refused: 0, reads_refused: 0 };
	const chance = chanceOf(seed);
	for (const fault of faults) {
		await using place = await aCampaignDatabase("sqlite");
		const under = injecting(fault.call, `error=${fault.error}`, fault);
		await withSchool({ address: place.address, under }, chance.branch(), async (school) => {
			const { students, journal, server } = school;
			const work = beginWork(students);
			const refused = await untilRefused(journal, 1);
			const healed = await untilReplies(journal, 4 * STUDENTS, PATIENCE_MS);
			await work.stop();
			if (!refused) journal.wrong.push(`No write was refused by ${fault.call} ${fault.error}.`);
			if (!healed) journal.wrong.push(`The service did not come back after ${fault.call} ${fault.error}.`);
			if (server.hasEnded()) journal.wrong.push(`The server ended by ${fault.call} ${fault.error}.`);
			addVerdict(figures, await inspect(place.url, journal));
			countRefused(figures, journal);
			addJournal(figures, journal);
		});
		onRound?.(figures);
	}
	return figures;
}

/** Resolves when so many more writes were refused. @returns whether they were */
function untilRefused(journal: Journal, wanted: number): Promise<boolean> {
	return untilMore(journal, refusedWrites, wanted);
}

async function untilMore(
	journal: Journal,
	count: (journal: Journal) => number,
	wanted: number,
): Promise<boolean> {
	const enough = count(journal) + wanted;
	const deadline = performance.now() + PATIENCE_MS;
	while (count(journal) < enough) {
		if (performance.now() > deadline) return false;
		await untilReplies(journal, 1, 20);
	}
	return true;
}

type OpenSchool = { server: RunningServer; students: readonly Student[]; journal: Journal };

async function withSchool(
	options: ServerOptions,
	chance: Chance,
	work: (school: OpenSchool) => Promise<void>,
): Promise<void> {
	const server = await startServer(options);
	try {
		const journal = aJournal();
		const school = { where: server.where, journal, questions: await readQuestions(server.where) };
		const students = Array.from({ length: STUDENTS }, () => aStudent(school, chance.branch()));
		await work({ server, students, journal });
	} finally {
		await server.kill();
	}
}

function refusedWrites({ replies }: Journal): number {
	return replies.get("POST 503") ?? 0;
}

function refusedReads({ replies }: Journal): number {
	return replies.get("GET 503") ?? 0;
}

/** Those that were replied to, in whichever way. */
function reads(journal: Journal): number {
	return (journal.replies.get("GET 200") ?? 0) + refusedReads(journal);
}

function countRefused(figures: DiskFigures, journal: Journal): void {
	figures.writes_refused += refusedWrites(journal);
	figures.reads_refused += refusedReads(journal);
}
