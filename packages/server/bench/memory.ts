import { setTimeout as sleep } from "node:timers/promises";

/** The memory of a server at a moment of a run, in MB. */
type Sample = { minutes: number; rss: number; heap_total: number; heap_used: number; external: number };

const EVERY_MS = 5000;

/** Asks a server that serves metrics for its memory, until told to stop. */
export function watchMemory(base: string): { stop(): Promise<readonly Sample[]> } {
	const samples: Sample[] = [];
	const began = performance.now();
	const stopping = new AbortController();
	const watching = (async () => {
		while (!stopping.signal.aborted) {
			const text = await (await fetch(`${base}/metrics`)).text();
			const megabytes = (metric: string) =>
				Number(new RegExp(`^${metric} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN) / 1e6;
			samples.push({
				minutes: (performance.now() - began) / 60_000,
				rss: megabytes("process_resident_memory_bytes"),
				heap_total: megabytes("nodejs_heap_size_total_bytes"),
				heap_used: megabytes("nodejs_heap_size_used_bytes"),
				external: megabytes("nodejs_external_memory_bytes"),
			});
			await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
		}
	})();
	return {
		async stop() {
			stopping.abort();
			await watching;
			return samples;
		},
	};
}

const TENTHS = 10;

/** Where the memory stood after each tenth of the run, and how fast it grew in the last half. */
export function reportMemory(samples: readonly Sample[]): void {
	const half = samples.slice(Math.floor(samples.length / 2));
	console.log(
		`\n${"memory, MB".padEnd(12)}${"after each tenth of the run".padStart(7 * TENTHS)}   MB a minute in the last half: all, lowest values`,
	);
	for (const kind of ["rss", "heap_total", "heap_used", "external"] as const) {
		const tenths = Array.from({ length: TENTHS }, (_, i) => {
			const last = samples[Math.ceil(((i + 1) * samples.length) / TENTHS) - 1];
			return (last?.[kind] ?? 0).toFixed(1).padStart(7);
		});
		const points = half.map((sample) => [sample.minutes, sample[kind]] as const);
		const slopes = [slope(points), slope(lowest(points))].map((value) => value.toFixed(2).padStart(12));
		console.log(`${kind.padEnd(12)}${tenths.join("")}${slopes.join("")}`);
	}
}

type Point = readonly [minutes: number, megabytes: number];

const WINDOWS = 6;

/** The lowest point of each sixth: what is left after the collector was there. */
function lowest(points: readonly Point[]): Point[] {
	const size = Math.max(1, Math.ceil(points.length / WINDOWS));
	return Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
		points.slice(i * size, (i + 1) * size).reduce((low, point) => (point[1] < low[1] ? point : low)),
	);
}

/** By least squares. */
function slope(points: readonly Point[]): number {
	const n = points.length;
	const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n;
	const x = mean(points.map(([minutes]) => minutes));
	const y = mean(points.map(([, megabytes]) => megabytes));
	const shared = points.reduce((sum, [minutes, megabytes]) => sum + (minutes - x) * (megabytes - y), 0);
	const own = points.reduce((sum, [minutes]) => sum + (minutes - x) ** 2, 0);
	return own === 0 ? 0 : shared / own;
}
