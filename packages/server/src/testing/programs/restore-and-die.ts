// Restores the backup named first over the database named second. With a third word it kills itself when it
// comes to that step.
import { toInstant } from "@carhythm/core";
import { restore } from "../../migrations/backup/restore.ts";

const [backup = "", file = "", end] = process.argv.slice(2);
await restore(
	backup,
	{ dialect: "sqlite", file },
	{
		now: toInstant(Date.parse("2026-11-22T14:03:05.000Z")),
		onStep: (step) => {
			process.stdout.write(`${step}\n`);
			if (step === end) process.kill(process.pid, "SIGKILL");
		},
	},
);
