import { copyFileSync } from "node:fs";
import type { DatabaseUrl } from "../../src/db/dialect.ts";
import { aFolder } from "../../src/testing/a-folder.ts";
import { chanceOf } from "../simulation/chance.ts";
import { launchServer, startServer } from "./a-server.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";
import { aJournal } from "./journal.ts";
import { fillDatabase, inspect } from "./places.ts";
import { type Question, readQuestions } from "./questions.ts";
import { injecting } from "./strace.ts";
import { aStudent } from "./students.ts";

export type PointOptions = {
	/** Both are all that SQLite uses to bring something to the disk. */
	call: "pwrite64" | "fsync";
	/** Which points, from 1; the sweep ends by itself after the last write of the story. */
	points: Iterable<number>;
	seed: number;
	onPoint?: (figures: Figures) => void;
};

/** How many requests that write the story has. */
const STORY = 12;

/**
 * Tells one student's story again and again, each time killing the server in the n-th of its writes to the disk. The story has
 * everything that writes: starts, answers, batches, Start Fresh and its undo.
 */
export async function runWritePoints({ call, points, seed, onPoint }: PointOptions): Promise<Figures> {
	const figures = noFigures();
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
		const wasKilled = server.hasEnded();
		await server.kill();
		const again = await startServer({ address: `sqlite:${file}` });
		addVerdict(figures, await inspect(url, journal));
		await again.kill();
		addJournal(figures, journal);
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
