import { describe, expect, test } from "vitest";
import { pauseLength, poll, retry } from "./retry.ts";

const AT_ONCE = { first_ms: 0 };
const isRetryable = (error: unknown) => error instanceof Error && error.message.startsWith("busy");

/** Throws or returns one after the other, and counts how often it was asked. */
function scripted<T>(outcomes: readonly (Error | T)[]) {
	let calls = 0;
	const attempt = async (): Promise<T> => {
		const outcome = outcomes[calls];
		calls += 1;
		if (outcome === undefined) throw new Error("asked too often");
		if (outcome instanceof Error) throw outcome;
		return outcome;
	};
	return { attempt, calls: () => calls };
}

describe("retry", () => {
	test("retry returns the first value, after as many pauses as attempts failed", async () => {
		const { attempt } = scripted([new Error("busy"), new Error("busy"), "done"]);
		const told: number[] = [];
		const onPause = (failures: number) => {
			told.push(failures);
		};
		expect(await retry(attempt, { isRetryable, pause: AT_ONCE, onPause })).toBe("done");
		expect(told).toEqual([1, 2]);
	});

	test("retry throws at once what is not retryable", async () => {
		const { attempt, calls } = scripted([new Error("busy"), new Error("broken"), "done"]);
		await expect(retry(attempt, { isRetryable, pause: AT_ONCE })).rejects.toThrow("broken");
		expect(calls()).toBe(2);
	});

	test("retry throws the error of the last attempt when attempts are used up, without another pause", async () => {
		const { attempt, calls } = scripted([new Error("busy 1"), new Error("busy 2"), "done"]);
		const told: number[] = [];
		const rules = { isRetryable, attempts: 2, pause: AT_ONCE, onPause: (n: number) => void told.push(n) };
		await expect(retry(attempt, rules)).rejects.toThrow("busy 2");
		expect([calls(), told]).toEqual([2, [1]]);
	});

	test("retry makes one attempt where there is no patience at all", async () => {
		const { attempt, calls } = scripted([new Error("busy"), "done"]);
		await expect(retry(attempt, { isRetryable, patience_ms: 0, pause: AT_ONCE })).rejects.toThrow("busy");
		expect(calls()).toBe(1);
		expect(await retry(async () => "done", { isRetryable, patience_ms: 0, pause: AT_ONCE })).toBe("done");
	});

	test("retry waits for what is told of a pause, and fails as that fails", async () => {
		const { attempt, calls } = scripted([new Error("busy"), "done"]);
		const onPause = () => Promise.reject(new Error("stopped"));
		await expect(retry(attempt, { isRetryable, pause: AT_ONCE, onPause })).rejects.toThrow("stopped");
		expect(calls()).toBe(1);
	});
});

describe("poll", () => {
	test("poll looks until it sees what it waits for", async () => {
		const { attempt, calls } = scripted([1, 2, 3, 4]);
		expect(await poll(attempt, { isDone: (n) => n === 3, pause: AT_ONCE })).toBe(3);
		expect(calls()).toBe(3);
	});

	test("poll returns what it saw last when its patience ends", async () => {
		const seen = await poll(() => "still there", {
			isDone: (what) => what === "gone",
			patience_ms: 20,
			pause: { first_ms: 1 },
		});
		expect(seen).toBe("still there");
	});

	test("poll throws what the look throws", async () => {
		const { attempt } = scripted([false, new Error("busy")]);
		await expect(poll(attempt, { isDone: (found) => found, pause: AT_ONCE })).rejects.toThrow("busy");
	});
});

describe("pauseLength", () => {
	const lengths = (pause: Parameters<typeof pauseLength>[0], random: number) =>
		[1, 2, 3, 4, 2000].map((failures) => pauseLength(pause, failures, () => random));

	test("pauseLength stays as it is where nothing longer is named", () => {
		expect(lengths({ first_ms: 25 }, 0.7)).toEqual([25, 25, 25, 25, 25]);
	});

	test("pauseLength doubles up to the longest", () => {
		expect(lengths({ first_ms: 50, longest_ms: 300 }, 0.7)).toEqual([50, 100, 200, 300, 300]);
	});

	test("pauseLength is spread over its range", () => {
		const pause = { first_ms: 100, longest_ms: 200, spread: [0.5, 1.5] } as const;
		expect(lengths(pause, 0)).toEqual([50, 100, 100, 100, 100]);
		expect(lengths(pause, 0.5)).toEqual([100, 200, 200, 200, 200]);
		expect(lengths(pause, 0.999)[1]).toBeCloseTo(299.8);
	});
});
