import { ServerUnreachable } from "./api.ts";

// Parts that few visits need; a page loads faster without them.

export const loadHandOff = () => arriving(() => import("./session/hand-off.ts"));
export const loadReset = () => arriving(() => import("./session/reset.ts"));
export const loadRescue = () => arriving(() => import("./session/rescue.ts"));

/** To a page, code that cannot be fetched is a server that cannot be reached. */
async function arriving<T>(load: () => Promise<T>): Promise<T> {
	try {
		return await load();
	} catch {
		throw new ServerUnreachable("offline");
	}
}
