import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, existsSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { OperatorError } from "../../operator-error.ts";

/** @throws OperatorError `refused` when a file is there already and `force` was not asked for, or no file is meant */
export function refuseToReplace(file: string, { force }: { force: boolean }): void {
	if (!existsSync(file)) return;
	if (!statSync(file).isFile()) {
		throw new OperatorError("refused", `${file} is no file to write over. Nothing was written.`);
	}
	if (force) return;
	throw new OperatorError(
		"refused",
		`${file} is there already. Choose another name, or add --force to write over it. Nothing was written.`,
	);
}

/**
 * Lets `work` write to a file, which appears under its name only when it is whole, or to standard output.
 * Only its owner may read the file: it holds personal data. Neither the partial file, whose name no other
 * user can know before, nor the rename follows a link that another user put there.
 */
export async function writeTo<T>(
	{ file, force }: { file: string | null; force: boolean },
	work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
	if (file === null) return work(writerOf(process.stdout));
	const partial = `${file}.partial-${randomBytes(8).toString("hex")}`;
	try {
		const stream = createWriteStream(partial, { flags: "wx", mode: 0o600 });
		const done = finished(stream);
		// The work ends before anything is reported: it still has the database in use.
		const [worked, written] = await Promise.allSettled([
			work(writerOf(stream)).finally(() => stream.end()),
			done,
		]);
		if (written.status === "rejected") throw written.reason;
		if (worked.status === "rejected") throw worked.reason;
		const result = worked.value;
		// Another program may have made it meanwhile.
		refuseToReplace(file, { force });
		await rename(partial, file);
		return result;
	} catch (error) {
		await rm(partial, { force: true });
		const code = (error as NodeJS.ErrnoException).code;
		if (code && /^E[A-Z]+$/.test(code))
			throw new OperatorError("failed", `${file} cannot be written: ${code}.`);
		throw error;
	}
}

/** Waits whenever the other end is slower, so that an export of any size needs little memory. */
function writerOf(stream: Writable): (text: string) => Promise<void> {
	return async (text) => {
		if (stream.errored) throw stream.errored;
		if (!stream.write(text)) await once(stream, "drain");
	};
}
