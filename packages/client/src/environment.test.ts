import * as schema from "@carhythm/core/schema";
import { expect, test } from "vitest";
import { browserEnvironment } from "./environment.ts";
import { context } from "./testing/secure-context.ts";

test("the browser's own environment needs nothing that plain http lacks", () => {
	const { locks, randomBytes, now, device_label, signals } = browserEnvironment();
	expect(locks === undefined).toBe(context === "plain-http");
	expect(randomBytes(16)).toHaveLength(16);
	expect(now()).toBeGreaterThan(0);
	expect(device_label).toBe("Browser");
	signals.subscribe(() => {})();
});

test("these tests run with the schema library that browsers get, and not with zod", () => {
	expect("safeParse" in schema).toBe(true);
	expect("toJSONSchema" in schema).toBe(false);
});
