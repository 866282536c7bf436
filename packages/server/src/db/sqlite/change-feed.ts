import type { ChangeFeed } from "../dialect.ts";
import type { Handle } from "./kysely-dialect.ts";

const LOOK_EVERY_MS = 500;

/**
 * Other processes on the same file. There is no word between them, but the file itself tells the writing
 * connection whether anybody else has changed it since it last looked.
 */
export function sqliteChangeFeed(writer: Handle): ChangeFeed {
	return {
		tell: () => {},
		listen(hear) {
			let known = dataVersion(writer);
			const timer = setInterval(() => {
				const version = dataVersion(writer);
				if (version !== known) hear(null);
				known = version;
			}, LOOK_EVERY_MS);
			timer.unref();
			return () => clearInterval(timer);
		},
	};
}

function dataVersion(writer: Handle): unknown {
	try {
		return writer.get().pragma("data_version", { simple: true });
	} catch {
		// A file that cannot be read now is reported by the next real read.
		return null;
	}
}
