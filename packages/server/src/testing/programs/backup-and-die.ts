// Backs up the database named first, and kills itself when it comes to what the second word says.
import { toInstant } from "@carhythm/core";
import { backup } from "../../migrations/backup/backup.ts";

const [file = "", end] = process.argv.slice(2);
await backup(
	{ dialect: "sqlite", file },
	{
		now: toInstant(Date.parse("2026-11-22T14:03:05.000Z")),
		onProgress: (line) => {
			if (line === end) process.kill(process.pid, "SIGKILL");
		},
	},
);
