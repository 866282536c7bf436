import { expect, test } from "vitest";
import { rhythm } from "./index.ts";

const first = "00000001-1111-4111-8111-111111111111";
const second = "00000002-1111-4111-8111-111111111111";

test("the rhythm line has a beat for each question, within its height, of its own shape for each session", () => {
	const beats = rhythm(first, 71);
	expect(beats).toHaveLength(71);
	for (const beat of beats) expect(beat >= 0.28 && beat <= 1).toBe(true);
	expect(rhythm(second, 71)).not.toEqual(beats);
	expect(rhythm(first, 71)).toEqual(beats);
});
