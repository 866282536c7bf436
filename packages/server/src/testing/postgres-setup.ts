import { serversFolder, stopForgotten, stopServers } from "./postgres-server.ts";

/** Tells every process of the run where its servers are. They start when a test first asks. */
export function setup(): void {
	stopForgotten();
	process.env["CARHYTHM_TEST_SERVERS"] = serversFolder();
}

export function teardown(): void {
	stopServers(serversFolder());
}
