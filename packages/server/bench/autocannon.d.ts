declare module "autocannon" {
	type Request = { method?: string; path?: string; body?: string | undefined };
	type Client = { setBody(body: string): void };
	export type Options = {
		url: string;
		connections: number;
		duration: number;
		headers?: Record<string, string>;
		requests: readonly (Request & { setupRequest?: (request: Request, context: object) => Request })[];
		setupClient?: (client: Client) => void;
	};
	export type Result = {
		requests: { average: number; total: number };
		latency: { p50: number; p99: number };
		non2xx: number;
		errors: number;
	};
	const autocannon: (options: Options) => Promise<Result>;
	// biome-ignore lint/style/noDefaultExport: this is how the package exports.
	export default autocannon;
}
