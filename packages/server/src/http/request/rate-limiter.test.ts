import { expect, test } from "vitest";
import { createRateLimiter } from "./rate-limiter.ts";

// Runs once: it counts in memory.

test("what does not fit is refused with the time to wait, and takes nothing from what fits", async () => {
	const limiter = createRateLimiter({ points: 6, seconds: 60 }, { points: 10, seconds: 3600 });
	expect(await limiter.spend("a", 6)).toBeNull();
	expect(await limiter.spend("a", 8)).toBeNull();
	const wait = await limiter.spend("a", 3);
	expect([Number(wait) > 0, Number(wait) <= 60]).toEqual([true, true]);
	expect(await limiter.spend("a", 2)).toBeNull();
	expect(await limiter.spend("a", 1)).not.toBeNull();
	expect(await limiter.spend("b", 6)).toBeNull();
});

test("what turned out to be more is charged to the burst", async () => {
	const limiter = createRateLimiter({ points: 6, seconds: 60 }, { points: 10, seconds: 3600 });
	await limiter.charge("a", 10);
	expect(await limiter.spend("a", 6)).toBeNull();
	expect(await limiter.spend("a", 1)).not.toBeNull();
});
