import { Client } from "pg";
import type { DatabaseUrl } from "../dialect.ts";

/** This machine, or a socket in its file system, which nobody can listen to on the way. */
const LOCAL = /^(localhost|127(\.\d+){3}|::1|\/.*)$/;

/**
 * Warns of a database on another machine that is reached in plain text: password and answers can be read on
 * the way. `sslmode=disable` in the address says that the way is known to be safe, as within one machine's
 * container network.
 * @returns null where there is nothing to warn of, and always on SQLite
 */
export function warnOfPlainConnection(url: DatabaseUrl): string | null {
	if (url.dialect !== "postgres") return null;
	const client = new Client({ connectionString: url.url });
	if (client.ssl || LOCAL.test(client.host)) return null;
	if (new URL(url.url).searchParams.get("sslmode") === "disable") return null;
	return `The database server ${client.host} is reached without TLS: passwords and answers can be read on the way. Add ?sslmode=verify-full to DATABASE_URL, with &sslrootcert=FILE where its certificate is of your own authority; or ?sslmode=disable where nobody can listen there.`;
}
