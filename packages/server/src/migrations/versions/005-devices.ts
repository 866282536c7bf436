import type { Migration } from "../migration.ts";
import { createTable } from "../steps/steps.ts";

/** How far each device of a session has come by its own clock. */
export const devices: Migration = {
	number: 5,
	name: "devices",
	steps: [
		// Most sessions know one device, which stands in their details: here is only what another wrote after.
		createTable(
			5,
			"session_devices",
			`response_id INTEGER NOT NULL REFERENCES student_responses (id),
			device_id TEXT NOT NULL,
			device_time TIME NOT NULL,
			device_at TIME NOT NULL,
			PRIMARY KEY (response_id, device_id)`,
		),
	],
};
