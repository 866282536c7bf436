import { expect, test } from "vitest";
import { isRescueOffered } from "./offered.ts";

const MINUTE = 60_000;
const waiting = (reason: "offline" | "server" | "unknown_session") =>
	({ kind: "on_device", pending: 3, reason }) as const;

test.each([
	["all is saved", { kind: "saved" } as const, 60 * MINUTE, false],
	["it is just being sent", { kind: "sending", pending: 1 } as const, 9 * MINUTE, false],
	["it is being sent for long", { kind: "sending", pending: 1 } as const, 10 * MINUTE, true],
	["the network is away for a moment", waiting("offline"), 9 * MINUTE, false],
	["the network is away for long", waiting("offline"), 10 * MINUTE, true],
	["the server is away for long", waiting("server"), 90 * MINUTE, true],
	["the server has another database", waiting("unknown_session"), 0, true],
	[
		"the device is full for long",
		{ kind: "not_saved", pending: 1, reason: "storage_full" } as const,
		11 * MINUTE,
		true,
	],
])("when %s", (_, save, waiting_ms, offered) => {
	expect(isRescueOffered({ save, waiting_ms, refused: [] })).toBe(offered);
});

test("what was refused may be carried to the server's people", () => {
	const operation = {
		operation_id: "0199f0f0-0000-7000-8000-000000000001",
		command: { kind: "complete" },
		code: "answer_too_long",
		detail: "Shorten the text.",
		refused_at: "2026-11-22T08:00:00.000Z",
	} as Parameters<typeof isRescueOffered>[0]["refused"][number];
	expect(isRescueOffered({ save: { kind: "saved" }, waiting_ms: 0, refused: [operation] })).toBe(true);
});
