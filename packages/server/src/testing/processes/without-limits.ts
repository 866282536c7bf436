import { highestLimits, LIMITS, type LimitName } from "../../limits.ts";

function environmentOf(names: readonly LimitName[]): Readonly<Record<string, string>> {
	const limits = highestLimits();
	return Object.fromEntries(names.map((name) => [LIMITS[name].variable, String(limits[name])]));
}

/** For a server whose database is on a disk of a few MiB. */
export const ON_ANY_DISK = environmentOf(["free_disk_mib", "free_disk_percent"]);

/** For a server whose students never rest: campaigns and benchmarks. */
export const WITHOUT_LIMITS = environmentOf(Object.keys(LIMITS) as LimitName[]);
