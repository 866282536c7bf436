import { ServerUnreachable } from "./api.ts";

// Parts that few visits need; a page loads faster without them.

export const loadHandOff = () => arriving(() => import("./hand-off.ts"));
export const loadReset = () => arriving(() => import("./reset.ts"));
export const loadRescue = () => arriving(() => import("./rescue.ts"));

/** To a page, code that cannot be fetched is a server that cannot be reached. */
async function arriving<T>(load: () => Promise<T>): Promise<T> {
	try {
		return await load();
	} catch {
		throw new ServerUnreachable("offline");
	}
}
