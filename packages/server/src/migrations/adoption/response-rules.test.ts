import { expect, test } from "vitest";
import { EPOCH, type FoundResponse, repairResponse } from "./response-rules.ts";
import { statusOf, vocabularyOf } from "./status/status-mapping.ts";

const UTC = { assume_timezone: "UTC", map_status: {} };

const found = (more: Partial<FoundResponse>): FoundResponse => ({
	status: "active",
	created_at: "2024-03-01T08:00:00.000Z",
	completed_at: null,
	last_activity: "2024-03-01T09:00:00.000Z",
	activity: "unknown",
	...more,
});

test.each([
	["active", "active"],
	["ACTIVE", "active"],
	["completed", "completed"],
	["Completed", "completed"],
	["abandoned", "user_abandoned_not_completed"],
	["ABANDONED", "user_abandoned_not_completed"],
	["USER_ABANDONED_NOT_COMPLETED", "user_abandoned_not_completed"],
	[null, "active"],
	["paused", null],
	["", null],
	["constructor", null],
])("the label %s stands for %s", (label, status) => {
	expect(statusOf(label, {})).toBe(status);
});

test("an operator decides what a label without a rule stands for, and nothing but our own statuses", () => {
	expect(statusOf("paused", { paused: "active" })).toBe("active");
	expect(statusOf("paused", { paused: "sleeping" })).toBeNull();
});

test("the words of the previous program are learned from what it wrote", () => {
	expect(vocabularyOf(["ACTIVE"])).toEqual({
		active: "ACTIVE",
		completed: "COMPLETED",
		user_abandoned_not_completed: "ABANDONED",
	});
	expect(vocabularyOf(["active", "abandoned"]).user_abandoned_not_completed).toBe("abandoned");
	const guide = vocabularyOf(["active", "user_abandoned_not_completed"]);
	expect(guide.user_abandoned_not_completed).toBe("user_abandoned_not_completed");
});

test("a response that is as it should be stays as it is", () => {
	expect(repairResponse(found({}), UTC)).toEqual({
		status: null,
		created_at: null,
		completed_at: null,
		last_activity: null,
		rules: [],
	});
});

test("a response with completed_at is completed, even if nobody knows its label", () => {
	const completed_at = "2024-03-01T08:30:00.000Z";
	expect(repairResponse(found({ completed_at }), UTC)).toMatchObject({
		status: "completed",
		rules: ["finished"],
	});
	expect(repairResponse(found({ completed_at, status: "archived" }), UTC)).toMatchObject({
		status: "completed",
	});
	expect(repairResponse(found({ status: "archived" }), UTC)).toBeNull();
});

test("last activity is the newest that is known, never the moment of a change of the table", () => {
	const moment = "2025-01-01T00:00:00.000Z";
	expect(repairResponse(found({ last_activity: moment }), UTC)?.last_activity).toBeNull();
	expect(repairResponse(found({ last_activity: moment, activity: "moment" }), UTC)?.last_activity).toBe(
		"2024-03-01T08:00:00.000Z",
	);
	const finished = found({ last_activity: null, completed_at: "2024-03-04T08:00:00.000Z" });
	expect(repairResponse(finished, UTC)?.last_activity).toBe("2024-03-04T08:00:00.000Z");
});

test("finishing is no activity in this program, so its own sessions keep theirs", () => {
	const session = found({ status: "completed", completed_at: "2024-03-04T08:00:00.000Z", activity: "ours" });
	expect(repairResponse(session, UTC)?.rules).toEqual([]);
});

test("what cannot be read gives way to the best that is known", () => {
	expect(repairResponse(found({ created_at: "yesterday" }), UTC)).toMatchObject({
		created_at: "2024-03-01T09:00:00.000Z",
		rules: ["unreadable_time"],
	});
	expect(repairResponse(found({ created_at: null, last_activity: null }), UTC)).toMatchObject({
		created_at: EPOCH,
		last_activity: EPOCH,
	});
	// It was finished at some time, whenever that was.
	expect(repairResponse(found({ completed_at: "last week" }), UTC)).toMatchObject({
		status: "completed",
		completed_at: "2024-03-01T09:00:00.000Z",
	});
});

test("repairing twice changes nothing more", () => {
	const first = found({ created_at: "2024-03-01 08:00:00", last_activity: "never", status: "ABANDONED" });
	const repaired = repairResponse(first, UTC);
	const second = {
		...first,
		...Object.fromEntries(Object.entries(repaired ?? {}).filter(([, v]) => v !== null)),
	};
	expect(repairResponse(second, UTC)?.rules).toEqual([]);
});
