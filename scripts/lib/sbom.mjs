/**
 * @typedef {{ "bom-ref": string, name: string, version: string }} Component
 * @typedef {{ ref: string, dependsOn: string[] }} Edges
 * @typedef {{ metadata: { component: Component }, components: Component[], dependencies: Edges[] }} Sbom
 * @typedef {{ name?: string, version?: string, dev?: boolean, link?: boolean }} Locked
 * @typedef {{ packages: Record<string, Locked> }} Lock
 */

/**
 * The packages that are installed without development dependencies, as `name@version`: this is what npm calls
 * them in a list.
 * @param {Lock} lock package-lock.json
 * @returns {Set<string>}
 */
function productionPackages({ packages }) {
	const found = new Set();
	for (const [path, { name, version, dev, link }] of Object.entries(packages)) {
		// Examples are front ends of others.
		if (dev === true || link === true || path.startsWith("examples/")) continue;
		found.add(`${name ?? path.replace(/^.*node_modules\//, "")}@${version}`);
	}
	return found;
}

/**
 * Leaves the development dependencies out of npm's own list. `npm sbom --omit=dev` would leave out too much: a
 * package that both kinds need, such as pg, is missing there.
 * @param {Sbom} listed
 * @param {Lock} lock
 * @returns {Sbom}
 */
export function keepProduction(listed, lock) {
	const kept = productionPackages(lock);
	const { metadata } = listed;
	return {
		...listed,
		// npm takes the name of the folder.
		metadata: {
			...metadata,
			component: { ...metadata.component, name: lock.packages[""]?.name ?? metadata.component.name },
		},
		components: listed.components.filter((component) => kept.has(component["bom-ref"])),
		dependencies: listed.dependencies
			.filter(({ ref }) => kept.has(ref))
			.map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) })),
	};
}
