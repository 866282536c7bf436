import { expect, test } from "vitest";
import { createTurns, NO_TURN } from "./turns.ts";

function work() {
	const { promise, resolve } = Promise.withResolvers<void>();
	return { promise, resolve };
}

test("work of one key waits for its turn, that of another does not, and none waits for ever", async () => {
	const turns = createTurns({ most: 10, most_waiting: 2 });
	const done: string[] = [];
	const jobs = { a: work(), b: work(), c: work(), d: work(), e: work() };
	const run = (key: string, weight: number, job: keyof typeof jobs) =>
		turns(key, weight, async () => {
			done.push(job);
			await jobs[job].promise;
		});
	const first = run("attacker", 200, "a");
	const second = run("attacker", 6, "b");
	const third = run("attacker", 6, "c");
	expect(await run("attacker", 1, "d")).toBe(NO_TURN);
	const other = run("class", 1, "e");
	await Promise.resolve();
	expect(done).toEqual(["a", "e"]);
	jobs.a.resolve();
	await first;
	expect(done).toEqual(["a", "e", "b"]);
	jobs.b.resolve();
	await second;
	expect(done).toEqual(["a", "e", "b", "c"]);
	jobs.c.resolve();
	jobs.e.resolve();
	await Promise.all([third, other]);
	jobs.d.resolve();
	await run("attacker", 10, "d");
	expect(done.at(-1)).toBe("d");
});

test("work that fails gives its turn on", async () => {
	const turns = createTurns({ most: 1, most_waiting: 5 });
	const failing = turns("a", 1, () => Promise.reject(new Error("no")));
	const next = turns("a", 1, async () => "yes");
	await expect(failing).rejects.toThrow("no");
	expect(await next).toBe("yes");
});
