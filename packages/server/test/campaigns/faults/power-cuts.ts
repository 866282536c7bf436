import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseUrl } from "../../../src/index.ts";
import { type Chance, chanceOf } from "../../simulation/chance.ts";
import { aCluster, type Cluster } from "../a-cluster.ts";
import { aDisk, type Disk, eatMyData, type FileSystem } from "../a-disk.ts";
import { checkDatabase, type Engine, fillDatabase } from "../environment/campaign-database.ts";
import {
	type RunningServer,
	type ServerOptions,
	startServer,
	weakenedServer,
} from "../environment/server-process.ts";
import { createJournal, type Journal } from "../students/journal.ts";
import { readQuestions } from "../students/questions.ts";
import { createStudent, type Student, startWork, waitForReplies } from "../students/student.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";

/** The control arms. Each must lose something, or the campaign would not notice a loss. */
export const POWER_ARMS = {
	sqlite: ["none", "normal", "libeatmydata"],
	postgres: ["none", "asynchronous-commit", "libeatmydata"],
} as const;
type PowerArm = (typeof POWER_ARMS)[Engine][number];

export type PowerOptions = {
	engine: Engine;
	cuts: number;
	seed: number;
	arm?: PowerArm;
	/** Default: ext4. */
	file_system?: FileSystem;
	cuts_a_database?: number;
	/** Ends at the first loss, which is enough for a control arm. */
	stops_at_loss?: true;
	onCut?: (figures: Figures) => void;
};

/** A database on a disk whose power can be cut. */
type PoweredDatabase = {
	disk: Disk;
	url: DatabaseUrl;
	address: string;
	cluster: Cluster | null;
};

const STUDENTS = 8;
/** Replies before a cut: mostly few, at times many. */
const FEW_REPLIES = 30;
const MANY_REPLIES = 150;
const DISK_MIB = { sqlite: 96, postgres: 400 } as const;

/**
 * Cuts the power of the disk under the database again and again while students work.
 *
 *     students work → journal closes → power off → processes killed → power on → compare → (again)
 *
 * The journal closes before the cut: only what was acknowledged before counts, so every loss is certain.
 */
export async function runPowerCuts(options: PowerOptions): Promise<Figures> {
	const figures = noFigures();
	const chance = chanceOf(options.seed);
	while (figures.rounds < options.cuts && !(options.stops_at_loss && figures.lost > 0)) {
		const rest = options.cuts - figures.rounds;
		await onOneDisk(options, Math.min(rest, options.cuts_a_database ?? 25), chance.branch(), figures);
	}
	return figures;
}

async function onOneDisk(
	options: PowerOptions,
	cuts: number,
	chance: Chance,
	figures: Figures,
): Promise<void> {
	using disk = aDisk(DISK_MIB[options.engine], options.file_system);
	const place = await createDatabase(options, disk);
	let server = await startServer(serverOptions(place, options));
	try {
		const where = { base: server.where.base };
		const questions = await readQuestions(where);
		const journal = createJournal();
		const students = Array.from({ length: STUDENTS }, () =>
			createStudent({ where, journal, questions }, chance.branch()),
		);
		for (let cut = 1; cut <= cuts; cut += 1) {
			await cutUnderLoad(place, server, { students, journal }, chance);
			await disk.powerOn();
			await place.cluster?.start();
			journal.accepts_replies = true;
			// After a loss the students of a control arm cannot go on, because their sessions may be gone.
			const verdict = await checkDatabase(place.url, journal);
			addVerdict(figures, verdict);
			options.onCut?.(figures);
			if (verdict.lost.length > 0) break;
			server = await startServer(serverOptions(place, options));
			where.base = server.where.base;
		}
		addJournal(figures, journal);
	} finally {
		await server.kill();
		await place.cluster?.kill("all");
	}
}

async function cutUnderLoad(
	{ disk, cluster }: PoweredDatabase,
	server: RunningServer,
	{ students, journal }: { students: readonly Student[]; journal: Journal },
	chance: Chance,
): Promise<void> {
	const work = startWork(students);
	await waitForReplies(journal, 1 + chance.nat(chance.oneIn(8) ? MANY_REPLIES : FEW_REPLIES));
	await sleep(chance.nat(15));
	journal.accepts_replies = false;
	disk.cutPower();
	await Promise.all([server.kill(), cluster?.kill("all"), work.stop()]);
}

async function createDatabase({ engine, arm }: PowerOptions, disk: Disk): Promise<PoweredDatabase> {
	if (engine === "sqlite") {
		const file = join(disk.path, "carhythm.db");
		const url: DatabaseUrl = { dialect: "sqlite", file };
		await fillDatabase(url);
		return { disk, url, address: `sqlite:${file}`, cluster: null };
	}
	const cluster = await aCluster(disk.path, arm === "libeatmydata" ? withoutFsync() : {});
	if (arm === "asynchronous-commit") await cluster.query(ASYNCHRONOUS);
	await cluster.query("checkpoint");
	disk.sync();
	return { disk, url: cluster.url, address: cluster.url.url, cluster };
}

/**
 * Triggers that turn synchronous commits off inside each transaction, because the server sets them for its
 * session.
 */
const ASYNCHRONOUS = `
	create function not_yet() returns trigger language plpgsql as
		$$begin perform set_config('synchronous_commit', 'off', true); return null; end$$;
	create trigger not_yet before insert or update on session_details
		for each statement execute function not_yet();
	create trigger not_yet before insert on session_events for each statement execute function not_yet();
	create trigger not_yet before insert or update on hand_offs for each statement execute function not_yet()`;

function serverOptions({ address, cluster }: PoweredDatabase, { arm }: PowerOptions): ServerOptions {
	if (arm === "normal") return { address, ...weakenedServer("normal") };
	return arm === "libeatmydata" && !cluster ? { address, environment: withoutFsync() } : { address };
}

function withoutFsync(): Record<string, string> {
	const library = eatMyData();
	if (!library) throw new Error("libeatmydata is not installed (Debian: libeatmydata1).");
	return { LD_PRELOAD: library };
}
