import { copyFileSync } from "node:fs";
import type { DatabaseUrl } from "../../src/index.ts";
import { aFolder } from "../../src/testing/a-folder.ts";
import { chanceOf } from "../simulation/chance.ts";
import { launchServer, startServer } from "./a-server.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";
import { aJournal } from "./journal.ts";
import { fillDatabase, inspect } from "./places.ts";
import { type Question, readQuestions } from "./questions.ts";
import { injecting } from "./strace.ts";
import { aStudent } from "./students.ts";

export type PointFigures = Figures & {
	/** Points in which the server was killed: not those beyond the end of the story. */
	killed: number;
	/** What the student did before the server was killed, and what was under way then. */
	kinds: string[];
};

export type PointOptions = {
	/** Both are all that SQLite uses to bring something to the disk. */
	call: "pwrite64" | "fsync";
	/** Which points, from 1; the sweep ends by itself after the last write of the story. */
	points: Iterable<number>;
	seed: number;
	onPoint?: (figures: PointFigures) => void;
};

/** How many requests that write the story has. */
const STORY = 12;

/**
 * Tells one student's story again and again, each time killing the server in the n-th of its writes to the
 * disk. What the story has follows from the seed.
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
		// The first points are those of its start.
		await Promise.race([server.ready, server.ended]).catch(() => {});
		const journal = aJournal();
		const student = aStudent({ where: server.where, journal, questions }, chanceOf(seed));
		await student.work(() => !server.hasEnded() && journal.writes.length < STORY);
		// A connection may be cut a moment before the end is noticed.
		if (journal.replies.has("POST cut")) await server.ended;
		const wasKilled = server.wasKilled();
		await server.kill();
		const again = await startServer({ address: `sqlite:${file}` });
		addVerdict(figures, await inspect(url, journal));
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
