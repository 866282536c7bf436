import { copyFileSync } from "node:fs";
import type { DatabaseUrl } from "../../../src/index.ts";
import { aFolder } from "../../../src/testing/folders/a-folder.ts";
import { chanceOf } from "../../simulation/chance.ts";
import { checkDatabase, fillDatabase } from "../environment/campaign-database.ts";
import { launchServer, startServer } from "../environment/server-process.ts";
import { injecting } from "../environment/strace.ts";
import { createJournal } from "../students/journal.ts";
import { type Question, readQuestions } from "../students/questions.ts";
import { createStudent } from "../students/student.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";

export type PointFigures = Figures & {
	/** Points at which the server was killed; a point after the last write kills nothing. */
	killed: number;
	/** The kinds of operations before the kills, and under way during them. */
	kinds: string[];
};

export type PointOptions = {
	/** The two system calls by which SQLite writes to the disk. */
	call: "pwrite64" | "fsync";
	/** The points, from 1. The sweep ends after the last write of the student. */
	points: Iterable<number>;
	seed: number;
	onPoint?: (figures: PointFigures) => void;
};

/** How many writing requests the student makes. */
const WRITES = 12;

/**
 * Repeats the same student's work, and kills the server in the n-th of its writes to the disk. The seed
 * decides what the student does.
 *
 *     fresh database → server under strace → student works → killed in write n → restart → compare → n + 1
 */
export async function runWritePoints({ call, points, seed, onPoint }: PointOptions): Promise<PointFigures> {
	const figures: PointFigures = { ...noFigures(), killed: 0, kinds: [] };
	using folder = aFolder();
	const fresh = folder.file("fresh.db");
	await fillDatabase({ dialect: "sqlite", file: fresh });
	const questions = await questionsOf(fresh);
	for (const point of points) {
		const file = folder.file(`${call}-${point}.db`);
		copyFileSync(fresh, file);
		const url: DatabaseUrl = { dialect: "sqlite", file };
		const server = await launchServer({
			address: `sqlite:${file}`,
			under: injecting(call, "signal=KILL", { first: point, times: 1 }),
		});
		// The first points kill the server while it starts.
		await Promise.race([server.ready, server.ended]).catch(() => {});
		const journal = createJournal();
		const student = createStudent({ where: server.where, journal, questions }, chanceOf(seed));
		await student.work(() => !server.hasEnded() && journal.writes.length < WRITES);
		// The connection may be cut a moment before the process has ended.
		if (journal.replies.has("POST cut")) await server.ended;
		const wasKilled = server.wasKilled();
		await server.kill();
		const again = await startServer({ address: `sqlite:${file}` });
		addVerdict(figures, await checkDatabase(url, journal));
		await again.kill();
		addJournal(figures, journal);
		if (wasKilled) figures.killed += 1;
		const kinds = journal.writes.flatMap(({ operations }) => operations.map(({ kind }) => kind));
		figures.kinds = [...new Set([...figures.kinds, ...kinds])];
		onPoint?.(figures);
		if (!wasKilled) break;
	}
	return figures;
}

async function questionsOf(file: string): Promise<Question[]> {
	const server = await startServer({ address: `sqlite:${file}` });
	try {
		return await readQuestions(server.where);
	} finally {
		await server.stop();
	}
}
