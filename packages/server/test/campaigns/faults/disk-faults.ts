import { join } from "node:path";
import type { DatabaseUrl } from "../../../src/index.ts";
import { type Chance, chanceOf } from "../../simulation/chance.ts";
import { aCluster, type Cluster } from "../a-cluster.ts";
import { aDisk, type Disk } from "../a-disk.ts";
import { checkDatabase, createCampaignDatabase, fillDatabase } from "../environment/campaign-database.ts";
import { type RunningServer, type ServerOptions, startServer } from "../environment/server-process.ts";
import { injecting } from "../environment/strace.ts";
import { createJournal, type Journal } from "../students/journal.ts";
import { readQuestions } from "../students/questions.ts";
import { createStudent, type Student, startWork, waitForReplies } from "../students/student.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";

export type DiskFigures = Figures & {
	/** Writes and reads that got a 503. */
	writes_refused: number;
	reads_refused: number;
};

export type DiskOptions = {
	rounds: number;
	seed: number;
	onRound?: (figures: DiskFigures) => void;
	/** The size of SQLite's disk. On a small one, the write-ahead log soon has all the space. */
	mebibytes?: number;
};

const STUDENTS = 6;
const DISK_MIB = 24;
const SPARE_MIB = 1;
const LOG_DISK_MIB = 220;
const PATIENCE_MS = 15_000;

/**
 * Fills the disk under an SQLite database and frees it again, while students work and the server keeps
 * running.
 *
 *     students work → disk full → writes get 503 → space again → writes go on → compare → (again)
 */
export async function runFullDisks({
	rounds,
	seed,
	onRound,
	mebibytes = DISK_MIB,
}: DiskOptions): Promise<DiskFigures> {
	const figures: DiskFigures = { ...noFigures(), writes_refused: 0, reads_refused: 0 };
	using disk = aDisk(mebibytes + rounds * SPARE_MIB);
	// Spare files stand for what an operator can delete. SQLite's log may have taken all other space, and one
	// spare file is enough for the database to grow by what the log holds.
	const spare = Array.from({ length: rounds }, () => disk.fill({ kibibytes: 1024 * SPARE_MIB }));
	const file = join(disk.path, "carhythm.db");
	const url: DatabaseUrl = { dialect: "sqlite", file };
	await fillDatabase(url);
	await withStudents({ address: `sqlite:${file}` }, chanceOf(seed), async ({ students, journal }) => {
		for (let round = 1; round <= rounds; round += 1) {
			const work = startWork(students);
			await waitForReplies(journal, 40);
			await fillAndEmpty(disk, journal, spare[round - 1]);
			await work.stop();
			addVerdict(figures, await checkDatabase(url, journal));
			onRound?.(figures);
		}
		countRefused(figures, journal);
		addJournal(figures, journal);
	});
	return figures;
}

async function fillAndEmpty(disk: Disk, journal: Journal, alsoEmpty?: () => void): Promise<void> {
	const empty = disk.fill();
	if (!(await waitForRefusals(journal, 2 * STUDENTS)))
		journal.violations.push("The full disk was not noticed.");
	if (!(await waitForMore(journal, reads, 2 * STUDENTS))) {
		journal.violations.push("No read was replied to while the disk was full.");
	}
	empty();
	alsoEmpty?.();
	if (!(await waitForReplies(journal, 2 * STUDENTS, PATIENCE_MS))) {
		journal.violations.push("The service did not come back when there was room again.");
	}
}

/**
 * Fills the disk of PostgreSQL and of its log, which stops PostgreSQL. The same server process keeps running.
 *
 *     students work → log full → PostgreSQL stops, writes get 503 → space again → start → compare → (again)
 */
export async function runFullLogs({ rounds, seed, onRound }: DiskOptions): Promise<DiskFigures> {
	const figures: DiskFigures = { ...noFigures(), writes_refused: 0, reads_refused: 0 };
	using disk = aDisk(LOG_DISK_MIB);
	await using cluster = await aCluster(disk.path);
	await withStudents({ address: cluster.url.url }, chanceOf(seed), async ({ students, journal }) => {
		for (let round = 1; round <= rounds; round += 1) {
			const work = startWork(students);
			await waitForReplies(journal, 20);
			const empty = disk.fill();
			await fillLog(cluster);
			if (!(await waitForRefusals(journal, STUDENTS)))
				journal.violations.push("The full log was not noticed.");
			empty();
			await cluster.restart();
			if (!(await waitForReplies(journal, 2 * STUDENTS, PATIENCE_MS))) {
				journal.violations.push("The service did not come back when PostgreSQL did.");
			}
			await work.stop();
			addVerdict(figures, await checkDatabase(cluster.url, journal));
			onRound?.(figures);
		}
		countRefused(figures, journal);
		addJournal(figures, journal);
	});
	return figures;
}

/** Fills PostgreSQL's existing log segments, so that it needs a new one. */
async function fillLog(cluster: Cluster): Promise<void> {
	for (let mebibytes = 0; mebibytes < LOG_DISK_MIB; mebibytes += 1) {
		try {
			await cluster.query("select pg_logical_emit_message(false, 'filler', repeat('x', 1048576))");
		} catch {
			return;
		}
	}
}

/** A system call that fails from its `first` call on, so many times. */
export type SystemCallFault = {
	call: "fsync" | "pwrite64";
	error: "EIO" | "ENOSPC";
	first: number;
	times: number;
};

/** Makes system calls of the running server fail. It must reply 503, lose nothing, and recover by itself. */
export async function runFaults(
	faults: readonly SystemCallFault[],
	seed: number,
	onRound?: (figures: DiskFigures) => void,
): Promise<DiskFigures> {
	const figures: DiskFigures = { ...noFigures(), writes_refused: 0, reads_refused: 0 };
	const chance = chanceOf(seed);
	for (const fault of faults) {
		await using place = await createCampaignDatabase("sqlite");
		const under = injecting(fault.call, `error=${fault.error}`, fault);
		await withStudents({ address: place.address, under }, chance.branch(), async (setup) => {
			const { students, journal, server } = setup;
			const work = startWork(students);
			const refused = await waitForRefusals(journal, 1);
			const healed = await waitForReplies(journal, 4 * STUDENTS, PATIENCE_MS);
			await work.stop();
			if (!refused) journal.violations.push(`No write was refused by ${fault.call} ${fault.error}.`);
			if (!healed)
				journal.violations.push(`The service did not come back after ${fault.call} ${fault.error}.`);
			if (server.hasEnded()) journal.violations.push(`The server ended by ${fault.call} ${fault.error}.`);
			addVerdict(figures, await checkDatabase(place.url, journal));
			countRefused(figures, journal);
			addJournal(figures, journal);
		});
		onRound?.(figures);
	}
	return figures;
}

/**
 * Waits until so many more writes got a 503.
 * @returns whether they did
 */
function waitForRefusals(journal: Journal, wanted: number): Promise<boolean> {
	return waitForMore(journal, refusedWrites, wanted);
}

async function waitForMore(
	journal: Journal,
	count: (journal: Journal) => number,
	wanted: number,
): Promise<boolean> {
	const enough = count(journal) + wanted;
	const deadline = performance.now() + PATIENCE_MS;
	while (count(journal) < enough) {
		if (performance.now() > deadline) return false;
		await waitForReplies(journal, 1, 20);
	}
	return true;
}

type RunningCampaign = { server: RunningServer; students: readonly Student[]; journal: Journal };

async function withStudents(
	options: ServerOptions,
	chance: Chance,
	work: (setup: RunningCampaign) => Promise<void>,
): Promise<void> {
	const server = await startServer(options);
	try {
		const journal = createJournal();
		const setup = { where: server.where, journal, questions: await readQuestions(server.where) };
		const students = Array.from({ length: STUDENTS }, () => createStudent(setup, chance.branch()));
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

/** How many reads got any reply. */
function reads(journal: Journal): number {
	return (journal.replies.get("GET 200") ?? 0) + refusedReads(journal);
}

function countRefused(figures: DiskFigures, journal: Journal): void {
	figures.writes_refused += refusedWrites(journal);
	figures.reads_refused += refusedReads(journal);
}
