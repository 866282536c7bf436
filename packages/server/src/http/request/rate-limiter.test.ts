import { expect, test } from "vitest";
import { createCounter, createRateLimiter } from "./rate-limiter.ts";

// Runs once: it counts in memory.

/** A limiter of six a minute, with ten an hour on top where wanted, and its clock. */
function aLimiter(burst?: { points: number; seconds: number }) {
	let at = 5000;
	const limiter = createRateLimiter({ points: 6, seconds: 60 }, burst, () => at);
	return { limiter, pass: (seconds: number) => (at += seconds * 1000) };
}
const BURST = { points: 10, seconds: 3600 };

test("what does not fit is refused with the time to wait, and takes nothing from what fits", () => {
	const { limiter, pass } = aLimiter(BURST);
	expect(limiter.spend("a", 6)).toBeNull();
	expect(limiter.spend("a", 8)).toBeNull();
	pass(20);
	expect(limiter.spend("a", 3)).toBe(40);
	expect(limiter.spend("a", 2)).toBeNull();
	expect(limiter.spend("a", 1)).toBe(40);
	expect(limiter.spend("b", 6)).toBeNull();
});

test("a window begins with the first use of its key and ends exactly after its length", () => {
	const { limiter, pass } = aLimiter();
	limiter.spend("a", 6);
	pass(30);
	limiter.spend("b", 6);
	pass(29.999);
	expect(limiter.spend("a")).toBe(1);
	pass(0.001);
	expect(limiter.spend("a", 6)).toBeNull();
	expect(limiter.spend("b")).toBe(30);
});

test("the burst lasts longer than the rate", () => {
	const { limiter, pass } = aLimiter(BURST);
	limiter.spend("a", 6);
	limiter.spend("a", 10);
	pass(60);
	expect(limiter.spend("a", 6)).toBeNull();
	expect(limiter.spend("a", 1)).toBe(60);
	pass(3540);
	expect(limiter.spend("a", 6)).toBeNull();
	expect(limiter.spend("a", 10)).toBeNull();
});

test("what turned out to be more is charged to the burst", () => {
	const { limiter } = aLimiter(BURST);
	limiter.charge("a", 10);
	expect(limiter.spend("a", 6)).toBeNull();
	expect(limiter.spend("a", 1)).not.toBeNull();
});

test("keys are forgotten after their window", () => {
	const counter = createCounter({ points: 6, seconds: 60 });
	for (let n = 0; n < 1000; n += 1) counter.add(`network ${n}`, 1, n);
	expect(counter.size()).toBe(1000);
	counter.add("another", 1, 60_500);
	expect(counter.size()).toBe(500);
	counter.add("another", 1, 130_000);
	expect(counter.size()).toBe(1);
});
